import { RECOUNT, SETTLED } from "./kept-name.ts";
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

/** Keys that have been in effect in a namespace for the settling time, as the quota says of itself. */
export function settledKeys(quota: ResourceQuota, namespace: Namespace): string[] {
  const { uid, keys } = settled(quota);
  return uid === undefined || uid !== namespace.metadata.uid ? [] : keys;
}

function settled({ metadata }: ResourceQuota | LimitRange) {
  const [uid, keys] = metadata.annotations?.[SETTLED]?.split(" ") ?? [];
  return { uid, keys: keys?.split(",") ?? [] };
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
  const known = settledKeys(quota, namespace);
  const waiting = keys.filter((key) => !inEffect.includes(key) || !known.includes(key));
  if (waiting.length > 0) return `not counted yet: ${waiting.join(", ")}`;
  // The quota controller counts by caches: what is let in at that moment may be in none of them.
  const { spec, status } = quota;
  if ([spec?.hard, status?.hard].some((hard) => hard?.[RECOUNT] !== undefined)) {
    return "it is being counted anew";
  }
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
  if (isSettledLimitRange(limitRange, namespace)) return undefined;
  return "its LimitRange is not in effect yet";
}

/** Whether a LimitRange has been in a namespace for the settling time, as it says of itself. */
export function isSettledLimitRange(limitRange: LimitRange, namespace: Namespace): boolean {
  const { uid } = settled(limitRange);
  return uid !== undefined && uid === namespace.metadata.uid;
}

/** Whether an object is on its way out, or has settled in a namespace of the same name that there was before. */
function isLeftOver(namespace: Namespace, object: ResourceQuota | LimitRange): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return true;
  const { uid } = settled(object);
  return uid !== undefined && uid !== namespace.metadata.uid;
}
