import type { Cluster } from "@gatewright/core";
import { attempt } from "./attempt.ts";
import { KEPT_NAME } from "./kept-name.ts";
import { asWanted, isAsWanted, isOurs, type LimitRange, wantedLimitRange } from "./kept-objects.ts";
import type { Namespace, QuotaRule } from "./namespace-rules.ts";
import { isSettledLimitRange } from "./readiness.ts";
import type { Waiting } from "./waiting.ts";

/** What a LimitRange is kept with. */
export interface KeepingLimitRange {
  readonly cluster: Cluster;
  readonly settleMilliseconds: number;
  readonly settling: Waiting;
}

/**
 * Brings the LimitRange of a namespace a step nearer to what its rule says; `found` is the one with the kept name.
 *
 * @returns in how many milliseconds to look again, where that is not to wait for a change.
 */
export async function keepLimitRange(
  object: Namespace,
  rule: QuotaRule | undefined,
  found: LimitRange | undefined,
  { cluster, settleMilliseconds, settling }: KeepingLimitRange,
): Promise<number | undefined> {
  const namespace = object.metadata.name ?? "";
  const isSettled = found !== undefined && isSettledLimitRange(found, object);
  const wanted = wantedLimitRange(object, rule, isSettled);
  if (found?.metadata.deletionTimestamp !== undefined) return undefined;
  if (wanted === undefined) {
    if (found === undefined || !isOurs(found)) return undefined;
    const { uid } = found.metadata;
    return attempt(cluster.delete("v1/limitranges", KEPT_NAME, { namespace, uid }));
  }
  if (found === undefined) {
    return attempt(cluster.create("v1/limitranges", asWanted("LimitRange", namespace, wanted)));
  }
  const update = (change: typeof wanted) =>
    attempt(cluster.update("v1/limitranges", asWanted("LimitRange", namespace, change, found)));
  if (!isAsWanted(found, wanted)) return update(wanted);
  if (isSettled) return undefined;
  const what = found.metadata.uid ?? "";
  const left = settling.left(`${namespace}/limits`, what, settleMilliseconds);
  if (left > 0) return left;
  return update(wantedLimitRange(object, rule, true) ?? wanted);
}
