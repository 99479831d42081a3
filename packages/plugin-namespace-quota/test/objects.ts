import type { LimitRange, ResourceQuota } from "../src/kept-objects.ts";
import type { Namespace } from "../src/namespace-rules.ts";

/** Stands for the uid of a namespace, which a cluster gives it: see `clusterOf`. */
export const uidOf = (name: string) => `uid-of-${name}`;

/** A namespace as a cluster has it. */
export function namespace(name: string, metadata: Partial<Namespace["metadata"]> = {}): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...metadata }, spec: {} };
}

type Numbers = Record<string, string>;

/** What of a kept quota a test is about. */
export interface QuotaFacts {
  namespace?: string;
  hard?: Numbers;
  /** @default as `hard`: the quota controller has been there */
  statusHard?: Numbers;
  used?: Numbers;
  /** Keys. @default all of `hard` */
  settled?: string[];
  /** A namespace's uid. @default that of `namespace` */
  settledIn?: string;
  metadata?: Partial<ResourceQuota["metadata"]>;
}

/** A kept quota that is ready: one ConfigMap of a user's own, none of which is there. */
export function quota(facts: QuotaFacts = {}): ResourceQuota {
  const { hard = { configmaps: "2" }, used = { configmaps: "1" } } = facts;
  const { statusHard = hard, settled = Object.keys(hard), metadata = {} } = facts;
  const { namespace = "team-a", settledIn = uidOf(namespace) } = facts;
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: {
      name: "gatewright-quota",
      namespace,
      labels: { "app.kubernetes.io/managed-by": "gatewright" },
      annotations: {
        ...(settled.length === 0
          ? {}
          : { "quota.gatewright.dev/settled": `${settledIn} ${settled.join(",")}` }),
        ...(hard["configmaps"] === undefined
          ? {}
          : { "quota.gatewright.dev/built-in": "configmaps=1" }),
      },
      ...metadata,
    },
    spec: { hard },
    status: { hard: statusHard, used },
  };
}

/** A kept LimitRange that has settled. */
export function limitRange(metadata: Partial<LimitRange["metadata"]> = {}): LimitRange {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: {
      name: "gatewright-quota",
      namespace: "team-a",
      labels: { "app.kubernetes.io/managed-by": "gatewright" },
      annotations: { "quota.gatewright.dev/settled": uidOf(metadata.namespace ?? "team-a") },
      ...metadata,
    },
    spec: { limits: [{ type: "Pod", max: { cpu: "1" } }] },
  };
}
