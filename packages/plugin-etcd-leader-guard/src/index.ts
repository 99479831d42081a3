import { definePlugin, type Logger, type ReviewContext, type SetupContext } from "@gatewright/core";
import { checkConfig } from "./check-config.ts";
import { CONFIG, type Config } from "./config.ts";
import { denialDetails } from "./denial.ts";
import {
  type Departure,
  gracePeriodSecondsOf,
  isDryRun,
  isForced,
  podEndOf,
  podIPsOf,
  podNameOf,
  podUidOf,
  RULES,
} from "./departure.ts";
import { createGuardMetrics } from "./guard-metrics.ts";
import { type GuardedCluster, openGuardedCluster } from "./guarded-cluster.ts";
import { type Claims, claimsByNamespace, guardsOf } from "./guarded-pod.ts";
import type { Judgement } from "./judgement.ts";
import { passOf } from "./passes.ts";

interface State {
  readonly clusters: readonly GuardedCluster[];
  readonly claims: Claims<GuardedCluster>;
}

/**
 * The Pod of an etcd leader, or one whose loss costs the quorum, cannot be deleted or evicted. See the
 * package's README for its configuration and its limits.
 */
export default definePlugin({
  name: "etcd-leader-guard",
  config: CONFIG,
  setup: open,
  async close({ clusters }) {
    await Promise.all(clusters.map((cluster) => cluster.close()));
  },
  validate: {
    rules: RULES,
    // It takes a grant, and may move a leader; a dry run does neither.
    sideEffects: "NoneOnDryRun",
    handle(request, context) {
      const guards = guardsOf(context.state.claims, request);
      // Without a promise: whoever is no concern of ours waits for nothing.
      return guards.length === 0 ? undefined : guard(guards, request, context);
    },
  },
});

async function guard(
  guards: readonly GuardedCluster[],
  request: Departure,
  { config, deadline, deny, warn, audit }: ReviewContext<Config>,
): Promise<void> {
  const pass = passOf(request, config.breakGlass);
  if (pass !== undefined) {
    for (const { metrics } of guards) metrics.verdict("allow", pass.reason);
    const end = podEndOf(request);
    if (end !== undefined) for (const { podEnded } of guards) podEnded(end);
    if (pass.reason !== "break-glass") return;
    warn(pass.warning);
    audit("break-glass", pass.audit);
    return;
  }
  const judgements = await judgeAll(guards, request, config, deadline);
  const isAllowed = judgements.every(([, judgement]) => judgement.allowed);
  for (const [{ config: cluster }, judgement] of judgements) {
    if (!judgement.allowed) {
      deny(judgement.message, denialDetails(request.operation, cluster.retryAfterSeconds));
      continue;
    }
    if (judgement.movedTo !== undefined) {
      const to = judgement.movedTo.name;
      warn(`etcd cluster "${cluster.name}": the leadership was moved to ${to}`);
      audit("transfer", `${cluster.name}: to ${to}`);
    }
    if (isAllowed && judgement.granted !== undefined) {
      audit("grant", `${cluster.name}: ${judgement.granted.name || judgement.granted.id}`);
    }
  }
  if (isAllowed) return;
  // After the denial, which must not be late for it.
  for (const [, judgement] of judgements) if (judgement.allowed) await judgement.undo();
}

async function open({ config, log, metrics }: SetupContext<Config>): Promise<State> {
  checkConfig(config);
  const guardMetrics = createGuardMetrics(metrics);
  const opening = config.clusters.map((cluster) =>
    openGuardedCluster(cluster, guardMetrics.of(cluster.name), logOf(log, cluster.name)),
  );
  const clusters = await Promise.all(opening);
  const claims = clusters.map((cluster) => ({
    cluster,
    namespace: cluster.config.namespace,
    selector: cluster.config.selector,
    pods: cluster.pods,
  }));
  return { clusters, claims: claimsByNamespace(claims) };
}

function logOf(log: Logger, cluster: string): Logger {
  return log.child({ cluster });
}

/** One after another, until one denies: what is not asked takes no grant and moves no leader. */
async function judgeAll(
  guards: readonly GuardedCluster[],
  request: Departure,
  { breakGlass }: Config,
  deadline: number,
): Promise<[GuardedCluster, Judgement][]> {
  const departing = {
    pod: { name: podNameOf(request), ips: podIPsOf(request) },
    podUid: podUidOf(request),
    gracePeriodSeconds: gracePeriodSecondsOf(request),
    forced: isForced(request),
    dryRun: isDryRun(request),
    deadline,
    annotation: breakGlass.annotation,
  };
  const judgements: [GuardedCluster, Judgement][] = [];
  for (const guard of guards) {
    const judgement = await guard.judge(departing);
    judgements.push([guard, judgement]);
    if (!judgement.allowed) break;
  }
  return judgements;
}
