import type { ReconcileContext, ReconcileRequest, ReconcileResult } from "@gatewright/core";
import type { Config } from "./config.ts";
import { keepLimitRange } from "./keep-limit-range.ts";
import { keepQuota, type Recounts } from "./keep-quota.ts";
import { KEPT_NAME } from "./kept-name.ts";
import type { Namespace, NamespaceRules } from "./namespace-rules.ts";
import type { QuotaMetrics } from "./quota-metrics.ts";
import { whyLimitRangeIsNotReady, whyQuotaIsNotReady } from "./readiness.ts";
import { createWaiting, type Waiting } from "./waiting.ts";

/** What is known from one look at a namespace to the next, and lost with the server. */
export interface Keeping {
  readonly settling: Waiting;
  readonly recounts: Recounts;
}

/** Nothing is known yet. */
export function createKeeping(): Keeping {
  return {
    settling: createWaiting(),
    recounts: { waiting: createWaiting(), done: new Map() },
  };
}

/** What the hook works with. */
export interface KeeperState {
  readonly rules: NamespaceRules;
  readonly metrics: QuotaMetrics;
  readonly keeping: Keeping;
}

/** Keeps what a namespace's rule says in it, and nothing where there is no rule. */
export async function keepNamespace(
  { name, object }: Pick<ReconcileRequest<"v1/namespaces">, "name" | "object">,
  {
    cluster,
    config,
    state,
    signal,
  }: Pick<ReconcileContext<Config, KeeperState>, "cluster" | "config" | "state" | "signal">,
): Promise<ReconcileResult | undefined> {
  const { rules, metrics, keeping } = state;
  // Its end takes everything in it along, and lets nothing be made.
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
    forget(name, state, signal);
    return undefined;
  }
  const rule = rules.of(object);
  // By a list, which the cache answers: a `get` of what is not there would ask the API server.
  const [quotas, limitRanges] = await Promise.all([
    cluster.list("v1/resourcequotas", { namespace: name }),
    cluster.list("v1/limitranges", { namespace: name }),
  ]);
  const quota = quotas.find(hasKeptName);
  const limitRange = limitRanges.find(hasKeptName);
  if (rule === undefined) forget(name, state, signal);
  else metrics.kept(name, isReady(object, rule, quota, limitRange), signal);

  const { settleMilliseconds } = config;
  const common = { cluster, settleMilliseconds, settling: keeping.settling };
  // The LimitRange first: a quota may count LimitRanges.
  const waits = [
    await keepLimitRange(object, rule, limitRange, common),
    await keepQuota(object, rule, quota, { ...common, recounts: keeping.recounts }),
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { requeueAfterSeconds: Math.min(...waits) / 1000 };
}

function isReady(
  namespace: Namespace,
  rule: NonNullable<ReturnType<NamespaceRules["of"]>>,
  quota: Parameters<typeof whyQuotaIsNotReady>[1],
  limitRange: Parameters<typeof whyLimitRangeIsNotReady>[1],
): boolean {
  const keys = Object.keys(rule.hard);
  return (
    (keys.length === 0 || whyQuotaIsNotReady(namespace, quota, keys, rule) === undefined) &&
    (rule.limitRange === undefined || whyLimitRangeIsNotReady(namespace, limitRange) === undefined)
  );
}

function forget(namespace: string, { metrics, keeping }: KeeperState, term: AbortSignal): void {
  metrics.left(namespace, term);
  keeping.settling.forget(`${namespace}/quota`);
  keeping.settling.forget(`${namespace}/limits`);
  keeping.recounts.waiting.forget(namespace);
  keeping.recounts.done.delete(namespace);
}

function hasKeptName({ metadata }: { readonly metadata: { readonly name?: string } }): boolean {
  return metadata.name === KEPT_NAME;
}
