import { SETTLED } from "./kept-name.ts";
import type { LimitRange, ResourceQuota } from "./kept-objects.ts";
import type { Namespace, QuotaRule } from "./namespace-rules.ts";
import { parseCount } from "./quantity.ts";

/**
 * Keys of a rule that the quota controller has taken over into the quota's status. From then on kube-apiserver
 * counts them, and not before: its admission goes by `status.hard`, and knows no key that is not there
 * (`apiserver/pkg/quota/v1/generic/evaluator.go`, Matches).
 */
export function keysInEffect({ spec, status }: ResourceQuota, rule: QuotaRule): string[] {
  return Object.keys(rule.hard).filter(
    (key) =>
      spec?.hard?.[key] !== undefined &&
      status?.hard?.[key] !== undefined &&
      status.used?.[key] !== undefined,
  );
}

/** Keys that have been in effect for the settling time, as the quota says of itself. */
export function settledKeys({ metadata }: ResourceQuota): string[] {
  const keys = metadata.annotations?.[SETTLED] ?? "";
  return keys === "" ? [] : keys.split(",");
}

/**
 * Keys with which the system's own objects are not counted yet: there would be room for one more of a user's.
 */
export function keysWithoutBuiltIn(quota: ResourceQuota, rule: QuotaRule): string[] {
  return keysInEffect(quota, rule).filter((key) => isShort(quota, key, rule));
}

function isShort({ status }: ResourceQuota, key: string, rule: QuotaRule): boolean {
  const used = parseCount(status?.used?.[key] ?? "0") ?? 0n;
  return used < BigInt(rule.builtInOf(key));
}

/** Why something that some of a rule's keys count must wait; undefined where it need not. */
export function whyQuotaIsNotReady(
  namespace: Namespace,
  quota: ResourceQuota | undefined,
  keys: readonly string[],
  rule: QuotaRule,
): string | undefined {
  if (quota === undefined) return "there is no ResourceQuota yet";
  if (isLeftOver(namespace, quota)) return "its ResourceQuota is being replaced";
  const inEffect = keysInEffect(quota, rule);
  const settled = settledKeys(quota);
  const waiting = keys.filter((key) => !inEffect.includes(key) || !settled.includes(key));
  if (waiting.length > 0) return `not counted yet: ${waiting.join(", ")}`;
  const short = keys.filter((key) => isShort(quota, key, rule));
  if (short.length === 0) return undefined;
  return `what the system puts there is not counted yet: ${short.join(", ")}`;
}

/** Why something that a LimitRange limits must wait; undefined where it need not. */
export function whyLimitRangeIsNotReady(
  namespace: Namespace,
  limitRange: LimitRange | undefined,
): string | undefined {
  if (limitRange === undefined) return "there is no LimitRange yet";
  if (isLeftOver(namespace, limitRange)) return "its LimitRange is being replaced";
  if (isSettledLimitRange(limitRange)) return undefined;
  return "its LimitRange is not in effect yet";
}

/** Whether a LimitRange has been there for the settling time, as it says of itself. */
export function isSettledLimitRange({ metadata }: LimitRange): boolean {
  return metadata.annotations?.[SETTLED] === "true";
}

/** Whether an object is on its way out, or is of a namespace of the same name that there was before. */
function isLeftOver(namespace: Namespace, { metadata }: ResourceQuota | LimitRange): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  // Whole seconds of the API server's clock, in RFC 3339, in UTC: they compare as texts.
  const [born, madeAt] = [namespace.metadata.creationTimestamp, metadata.creationTimestamp];
  return Boolean(born && madeAt && madeAt < born);
}
