import { isDeepStrictEqual } from "node:util";
import { definePlugin, type Logger, type ReviewContext, type SetupContext } from "@gatewright/core";
import { checkConfig } from "./check-config.ts";
import { type ClusterConfig, CONFIG, type Config } from "./config.ts";
import { denialDetails } from "./denial.ts";
import {
  type Departure,
  gracePeriodSecondsOf,
  isDryRun,
  isForced,
  type KnownPod,
  podEndOf,
  podIPsOf,
  podNameOf,
  podUidOf,
  RULES,
} from "./departure.ts";
import { createGuardMetrics } from "./guard-metrics.ts";
import { type GuardedCluster, openGuardedCluster } from "./guarded-cluster.ts";
import { type Claim, type Claims, claimsByNamespace, guardsOf } from "./guarded-pod.ts";
import type { Departing, Judgement } from "./judgement.ts";
import type { Member } from "./member-status.ts";
import { type Pass, passOf } from "./passes.ts";
import { lookUpPod } from "./pod-lookup.ts";

type Context = ReviewContext<Config, State>;

interface State {
  readonly clusters: readonly GuardedCluster[];
  readonly claims: Claims<GuardedCluster>;
  /** Clusters whose calls were found not to fit into a review's time; told once each. */
  readonly hurried: Set<GuardedCluster>;
}

/**
 * The Pod of an etcd leader, or one whose loss costs the quorum, cannot be deleted or evicted. See the
 * package's README for its configuration and its limits.
 */
export default definePlugin({
  name: "etcd-leader-guard",
  config: CONFIG,
  // Asked for only where it was turned on: the guard does without a cluster else.
  reads: ({ podLookup }) => (podLookup === "cluster" ? ["v1/pods"] : []),
  setup: open,
  async close({ clusters }) {
    await Promise.all(clusters.map((cluster) => cluster.close()));
  },
  validate: {
    rules: RULES,
    // It takes a grant, and may move a leader; a dry run does neither.
    sideEffects: "NoneOnDryRun",
    handle(request, context) {
      const here = context.state.claims.get(request.namespace ?? "");
      // Without a promise: whoever is no concern of ours waits for nothing.
      if (here === undefined) return undefined;
      const isDeleted = request.operation === "DELETE";
      if (!isDeleted && context.config.podLookup === "cluster") {
        return guardEvicted(here, request, context);
      }
      const pod = isDeleted ? request.oldObject : undefined;
      const guards = guardsOf(here, podNameOf(request), pod);
      return guards.length === 0 ? undefined : guard(guards, request, pod, context);
    },
  },
});

/** As a DELETE of the same pod, as far as that can be had. */
async function guardEvicted(
  here: readonly Claim<GuardedCluster>[],
  request: Departure,
  context: Context,
): Promise<void> {
  const { cluster, deadline, log } = context;
  const name = podNameOf(request);
  const { namespace = "" } = request;
  // Most of the time is for etcd.
  const withinMs = Math.max(0, deadline - Date.now()) / 4;
  const pod = await lookUpPod(cluster, { name, namespace, withinMs }, log);
  const guards = guardsOf(here, name, pod);
  if (guards.length > 0) await guard(guards, request, pod, context);
}

async function guard(
  guards: readonly GuardedCluster[],
  request: Departure,
  pod: KnownPod,
  context: Context,
): Promise<void> {
  const { config, deny, warn, audit } = context;
  const pass = passOf(request, config.breakGlass);
  if (pass !== undefined) return await letThrough(guards, request, pass, pod, context);
  for (const each of guards) warnOfHaste(each, context);
  const judgements = await judgeAll(guards, departingOf(request, pod, context));
  const isAllowed = judgements.every(([, judgement]) => judgement.allowed);
  for (const [{ config: cluster }, judgement] of judgements) {
    if (!judgement.allowed) {
      const isCrowd = judgement.reason === "overloaded";
      deny(judgement.message, denialDetails(request.operation, cluster.retryAfterSeconds, isCrowd));
      continue;
    }
    if (judgement.movedTo !== undefined) {
      const to = judgement.movedTo.name;
      warn(`etcd cluster "${cluster.name}": the leadership was moved to ${to}`);
      audit("transfer", `${cluster.name}: to ${to}`);
    }
    if (isAllowed) auditGrant(cluster.name, judgement.granted, context);
  }
  if (isAllowed) return;
  // After the denial, which must not be late for it.
  for (const [, judgement] of judgements) if (judgement.allowed) await judgement.undo();
}

/** Whatever becomes of the cluster; where others stay, they are to know of it. */
async function letThrough(
  guards: readonly GuardedCluster[],
  request: Departure,
  pass: Pass,
  pod: KnownPod,
  context: Context,
): Promise<void> {
  for (const { metrics } of guards) metrics.verdict("allow", pass.reason);
  const end = podEndOf(request);
  if (end !== undefined) for (const { podEnded } of guards) podEnded(end);
  if (pass.reason === "break-glass") {
    const { namespace, operation } = request;
    const line = { pod: podNameOf(request), namespace, operation, who: pass.audit };
    context.log.warn(line, "the guard was passed by: the glass was broken");
    context.warn(pass.warning);
    context.audit("break-glass", pass.audit);
  }
  if (!("counts" in pass) || isDryRun(request)) return;
  const departing = departingOf(request, pod, context);
  const count = async ({ config, countIn }: GuardedCluster) =>
    auditGrant(config.name, await countIn(departing), context);
  await Promise.all(guards.map(count));
}

function auditGrant(cluster: string, member: Member | undefined, { audit }: Context): void {
  if (member !== undefined) audit("grant", `${cluster}: ${member.name || member.id}`);
}

async function open({ config, log, metrics }: SetupContext<Config>): Promise<State> {
  checkConfig(config);
  warnOfTwins(config.clusters, log);
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
    isOpen: cluster.isOpen,
  }));
  return { clusters, claims: claimsByNamespace(claims), hurried: new Set() };
}

/** Each would judge the other's pods, and find nobody that they belong to. */
function warnOfTwins(clusters: readonly ClusterConfig[], log: Logger): void {
  for (const [index, cluster] of clusters.entries()) {
    const twin = clusters
      .slice(0, index)
      .find(
        ({ namespace, selector }) =>
          namespace === cluster.namespace && isDeepStrictEqual(selector, cluster.selector),
      );
    if (twin === undefined) continue;
    const { name, namespace } = cluster;
    const words = `etcd: clusters ${twin.name} and ${name} have the same selector in namespace ${namespace}: both judge each pod, and either can deny`;
    log.warn({ namespace }, words);
  }
}

/** Once: the plugin learns of `timeoutSeconds` by a review alone. */
function warnOfHaste(cluster: GuardedCluster, { deadline, log, state }: Context): void {
  const { name, callTimeoutMilliseconds } = cluster.config;
  const needed = 4 * callTimeoutMilliseconds;
  const leftMs = deadline - Date.now();
  if (leftMs > needed || state.hurried.has(cluster)) return;
  state.hurried.add(cluster);
  const words =
    "etcd: a review has less time than four calls may take: raise timeoutSeconds, or lower callTimeoutMilliseconds";
  log.warn({ cluster: name, leftMs, callTimeoutMilliseconds }, words);
}

function logOf(log: Logger, cluster: string): Logger {
  return log.child({ cluster });
}

function departingOf(request: Departure, pod: KnownPod, { config, deadline }: Context): Departing {
  return {
    pod: { name: podNameOf(request), ips: podIPsOf(pod) },
    podUid: podUidOf(request, pod),
    gracePeriodSeconds: gracePeriodSecondsOf(request, pod),
    forced: isForced(request, pod),
    dryRun: isDryRun(request),
    deadline,
    annotation: config.breakGlass.annotation,
  };
}

/** One after another, until one denies: what is not asked takes no grant and moves no leader. */
async function judgeAll(
  guards: readonly GuardedCluster[],
  departing: Departing,
): Promise<[GuardedCluster, Judgement][]> {
  const judgements: [GuardedCluster, Judgement][] = [];
  for (const guard of guards) {
    const judgement = await guard.judge(departing);
    judgements.push([guard, judgement]);
    if (!judgement.allowed) break;
  }
  return judgements;
}
