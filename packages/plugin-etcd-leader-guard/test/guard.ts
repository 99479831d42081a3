// The plugin as a server has it, without the server; the etcd that it asks is real.
import {
  type AdmissionRequest,
  createPipeline,
  type Logger,
  type Outcome,
  type Pipeline,
} from "@gatewright/core";
import { deletes, evicts } from "@gatewright/testing";
import type { EtcdCluster } from "@gatewright/testing/control-plane";
import { afterEach } from "mocha";
import type { ConfigWritten } from "../src/config.ts";
import plugin from "../src/index.ts";
import { NODE, podOf } from "./pods.ts";

export const WEBHOOK = "etcd.example.com";
const PATH = `/validate/${WEBHOOK}`;

export type ClusterWritten = ConfigWritten["clusters"][number];

/** What a test looks at in a review's outcome. */
export interface Verdict {
  readonly allowed: boolean;
  /** Undefined where it is allowed. */
  readonly code: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** All that it was denied for, a line each. */
  readonly message: string;
  readonly warnings: readonly string[];
  readonly audit: Readonly<Record<string, string>>;
}

/** One replica of the guard. */
export interface Guard {
  readonly pipeline: Pipeline;
  /** @throws Error where it came to no verdict */
  review(request: AdmissionRequest, timeoutMs?: number): Promise<Verdict>;
  /** Whether the pod of this member may be deleted. */
  deletes(pod: string, facts?: Parameters<typeof deletes>[1]): Promise<Verdict>;
  evicts(pod: string, facts?: Parameters<typeof evicts>[1]): Promise<Verdict>;
  /** The final DELETE of the pod's kubelet, or of another user; by default of the pod that there was. */
  removes(pod: string, facts?: { user?: string; uid?: string }): Promise<Verdict>;
  /** One of its numbers; undefined where it is not scraped. */
  metric(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** How a guard is told of a cluster; the background look comes once, and while there are grants. */
export function clusterOf(etcd: EtcdCluster, more: Partial<ClusterWritten> = {}): ClusterWritten {
  const pods = etcd.members.map(({ name }) => name);
  return {
    name: "main",
    namespace: "etcd",
    selector: { matchLabels: { app: "etcd" } },
    members: { endpoints: [...etcd.endpoints], pods },
    observeSeconds: 3_600,
    ...more,
  };
}

/** Opens guards, each closed after its test. Call it in a `describe`. */
export function guards(): (
  clusters: ClusterWritten | ConfigWritten,
  log?: Logger,
) => Promise<Guard> {
  const open: Pipeline[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pipeline) => pipeline.close()));
  });
  return async (written, log) => {
    const config = "clusters" in written ? written : { clusters: [written] };
    const pipeline = await createPipeline({
      webhooks: { [WEBHOOK]: { plugins: [plugin(config)], timeoutSeconds: 30 } },
      ...(log && { log }),
    });
    open.push(pipeline);
    return guardOf(pipeline);
  };
}

function guardOf(pipeline: Pipeline): Guard {
  const review: Guard["review"] = async (request, timeoutMs = 10_000) => {
    const outcome = await pipeline.reviewers.get(PATH)?.review(request, { timeoutMs });
    if (outcome === undefined) throw new Error(`there is no ${PATH}`);
    return verdictOf(outcome);
  };
  return {
    pipeline,
    review,
    deletes: (pod, facts) => review(deletes(podOf(pod), facts)),
    evicts: (pod, facts) => review(evicts(podOf(pod), facts)),
    removes(pod, { user = `system:node:${NODE}`, uid = `uid-of-${pod}` } = {}) {
      const terminating = podOf(pod, { deletionTimestamp: new Date().toISOString(), uid });
      const options = { gracePeriodSeconds: 0 };
      return review(deletes(terminating, { user, groups: ["system:nodes"], options }));
    },
    metric(name, labels = {}) {
      const full = `gatewright_etcd_leader_guard_${name}`;
      const family = pipeline.metrics().find((each) => each.name === full);
      return family?.samples.find((sample) =>
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      )?.value;
    },
  };
}

function verdictOf({ kind, denials, faults, warnings, auditAnnotations }: Outcome): Verdict {
  const [fault] = faults;
  if (fault !== undefined) throw new Error(`a fault: ${fault.code}`, { cause: fault.cause });
  const [denial] = denials;
  return {
    allowed: kind === "allow",
    code: denial && (denial.code ?? 403),
    retryAfterSeconds: denial?.retryAfterSeconds,
    message: denials.map(({ message }) => message).join("\n"),
    warnings,
    audit: Object.fromEntries(auditAnnotations),
  };
}
