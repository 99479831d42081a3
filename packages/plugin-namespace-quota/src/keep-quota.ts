import type { Cluster } from "@gatewright/core";
import { KEPT_NAME, RECOUNT } from "./kept-name.ts";
import { asWanted, isAsWanted, isOurs, type ResourceQuota, wantedQuota } from "./kept-objects.ts";
import type { Namespace, QuotaRule } from "./namespace-rules.ts";
import { keysInEffect, keysWithoutBuiltIn, settledKeys } from "./readiness.ts";
import type { Waiting } from "./waiting.ts";
import { attempt } from "./attempt.ts";

/** What a quota is kept with. */
export interface KeepingQuota {
  readonly cluster: Cluster;
  readonly settleMilliseconds: number;
  readonly settling: Waiting;
  readonly recounts: Recounts;
}

/** How often the quota controller was asked to count a quota anew. */
export interface Recounts {
  readonly waiting: Waiting;
  /** By namespace, and of which quota in it, by its uid. */
  readonly done: Map<string, { readonly uid: string; readonly times: number }>;
}

/** How long the quota controller may leave the system's objects out until it is asked anew; twice as long each time. */
const RECOUNT_MS = 500;
/** After so many times nothing is to be hoped for: the objects are not there. */
const MAX_RECOUNTS = 8;

/**
 * Brings the ResourceQuota of a namespace a step nearer to what its rule says. Each step is a change, of which the cache
 * will tell; `found` is the one with the kept name.
 *
 * @returns in how many milliseconds to look again, where that is not to wait for a change.
 */
export async function keepQuota(
  object: Namespace,
  rule: QuotaRule | undefined,
  found: ResourceQuota | undefined,
  { cluster, settleMilliseconds, settling, recounts }: KeepingQuota,
): Promise<number | undefined> {
  const namespace = object.metadata.name ?? "";
  const inEffect = found && rule ? keysInEffect(found, rule) : [];
  const settled =
    found === undefined ? [] : settledKeys(found, object).filter((key) => inEffect.includes(key));
  const waiting = inEffect.filter((key) => !settled.includes(key));
  // What is away and comes back has to settle as long as the first time.
  if (waiting.length === 0) settling.forget(`${namespace}/quota`);
  const wanted = wantedQuota(object, rule, settled);
  if (found?.metadata.deletionTimestamp !== undefined) return undefined;
  if (wanted === undefined || rule === undefined) {
    if (found === undefined || !isOurs(found)) return undefined;
    const { uid } = found.metadata;
    return attempt(cluster.delete("v1/resourcequotas", KEPT_NAME, { namespace, uid }));
  }
  if (found === undefined) {
    return attempt(
      cluster.create("v1/resourcequotas", asWanted("ResourceQuota", namespace, wanted)),
    );
  }
  const update = (change: typeof wanted) =>
    attempt(
      cluster.update("v1/resourcequotas", asWanted("ResourceQuota", namespace, change, found)),
    );
  if (!isAsWanted(found, wanted)) return update(wanted);

  const uid = found.metadata.uid ?? "";
  const waits: number[] = [];
  if (waiting.length > 0) {
    const what = `${uid} ${waiting.join()}`;
    const left = settling.left(`${namespace}/quota`, what, settleMilliseconds);
    if (left === 0) return update(wantedQuota(object, rule, inEffect) ?? wanted);
    waits.push(left);
  }
  const short = keysWithoutBuiltIn(found, rule);
  const last = recounts.done.get(namespace);
  const done = last?.uid === uid ? last.times : 0;
  if (short.length === 0) {
    recounts.done.delete(namespace);
    recounts.waiting.forget(namespace);
  } else if (done < MAX_RECOUNTS) {
    const left = recounts.waiting.left(namespace, `${uid} ${done}`, RECOUNT_MS * 2 ** done);
    if (left === 0) {
      recounts.done.set(namespace, { uid, times: done + 1 });
      // The next step takes the key away again, and has everything counted a second time.
      return update({ ...wanted, spec: { hard: { ...rule.hard, [RECOUNT]: "0" } } });
    }
    waits.push(left);
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}
