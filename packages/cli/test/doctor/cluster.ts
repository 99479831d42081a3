import { diagnose } from "../../src/doctor/diagnose.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import type { Snapshot } from "../../src/doctor/snapshot.ts";
import { base64, issue } from "./certificates.ts";

/** Fields of an object that a test changes. */
export type Loose = Record<string, unknown>;

const pki = await issue();

/** What the healthy webhook's endpoint serves. */
export const servedChain = pki.leaf;
export const servedKey = "webhook-system/webhook:443";
export const caBundle = base64(pki.ca);

const labels = { "app.kubernetes.io/name": "webhook" };

export const client = {
  service: { namespace: "webhook-system", name: "webhook", path: "/validate", port: 443 },
  caBundle,
};

/** A webhook with which nothing is wrong, about configmaps. */
export function webhook(changes: Loose = {}): Loose {
  return {
    name: "configmaps.example.com",
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Fail",
    timeoutSeconds: 5,
    matchPolicy: "Equivalent",
    clientConfig: client,
    namespaceSelector: notIn("webhook-system", "kube-system"),
    rules: [rule(["configmaps"], ["CREATE", "UPDATE"])],
    ...changes,
  };
}

/** A namespaceSelector that leaves out namespaces by name. */
export function notIn(...values: string[]): Loose {
  return {
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values }],
  };
}

export function rule(resources: string[], operations: string[], group = "", version = "v1"): Loose {
  return { apiGroups: [group], apiVersions: [version], operations, resources };
}

export function configuration(
  kind: "Validating" | "Mutating",
  name: string,
  webhooks: Loose[],
  metadata: Loose = {},
): Loose {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration`,
    metadata: { name, ...metadata },
    webhooks,
  };
}

export const validating = (...webhooks: Loose[]) =>
  configuration("Validating", "example", webhooks);
export const mutating = (...webhooks: Loose[]) => configuration("Mutating", "example", webhooks);

/** One that judges by these rules, and is healthy otherwise. */
export const judging = (...rules: Loose[]) => validating(webhook({ rules }));

/** All of pods that little checks ask for. */
export const allPods = [
  rule(["pods"], ["CREATE", "UPDATE"]),
  rule(["pods/ephemeralcontainers", "pods/resize", "pods/status"], ["UPDATE"]),
  rule(["pods/binding"], ["CREATE"]),
];

export const condition = (expression: string): Loose => ({
  matchConditions: [{ name: "one", expression }],
});

/** A server of webhooks that is as it should be. */
export function server(namespace = "webhook-system", name = "webhook") {
  const own = name === "webhook" ? labels : { "app.kubernetes.io/name": name };
  const metadata = { name, namespace };
  const container = { name, image: "x", ports: [{ name: "https", containerPort: 8443 }] };
  return {
    namespace: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    service: {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: own, ports: [{ name: "https", port: 443, targetPort: "https" }] } as Loose,
    },
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: own },
        template: { metadata: { labels: own }, spec: { containers: [container] } as Loose },
      },
    },
    budget: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: own } },
    },
  };
}

/** Objects as a snapshot of files, with what the healthy webhook serves. */
export function snapshotOf(objects: readonly unknown[], changes: Partial<Snapshot> = {}): Snapshot {
  return {
    objects: objects.map((object) => ({ object })),
    complete: false,
    served: new Map([[servedKey, { chain: servedChain }]]),
    ...changes,
  };
}

/** Findings of configurations beside a healthy server. */
export function examine(objects: readonly unknown[], changes: Partial<Snapshot> = {}): Finding[] {
  return diagnose(snapshotOf([...Object.values(server()), ...objects], changes));
}

/** Which checks found something, each once: `GWD101`. */
export function idsOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ id }) => id.slice(0, 6)))].sort();
}
