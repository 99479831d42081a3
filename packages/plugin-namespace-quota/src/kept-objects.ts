import type { DeepReadonly, ObjectOf } from "@gatewright/core";
import { BUILT_IN, KEPT_LABELS, KEPT_NAME, SETTLED } from "./kept-name.ts";
import type { Namespace, QuotaRule } from "./namespace-rules.ts";
import { isSameQuantity } from "./quantity.ts";

/** A ResourceQuota as it is read. */
export type ResourceQuota = DeepReadonly<ObjectOf<"v1/resourcequotas">>;

/** A LimitRange as it is read. */
export type LimitRange = DeepReadonly<ObjectOf<"v1/limitranges">>;

/** What a kept object is to be: its spec, and annotations beside those that others have put there. */
export interface Wanted<Spec> {
  readonly spec: Spec;
  readonly annotations: Readonly<Record<string, string | undefined>>;
}

/** A ResourceQuota's spec: nothing but its numbers. */
export interface QuotaSpec {
  readonly hard: Readonly<Record<string, string>>;
}

/**
 * What the ResourceQuota of a rule is to be in a namespace, where so much of it has settled; undefined where there is to
 * be none.
 */
export function wantedQuota(
  { metadata }: Namespace,
  rule: QuotaRule | undefined,
  settled: readonly string[],
): Wanted<QuotaSpec> | undefined {
  if (rule === undefined || Object.keys(rule.hard).length === 0) return undefined;
  const system = Object.keys(rule.hard).flatMap((key) => {
    const count = rule.builtInOf(key);
    return count === 0 ? [] : [`${key}=${count}`];
  });
  return {
    spec: { hard: rule.hard },
    annotations: {
      [SETTLED]: settled.length === 0 ? undefined : `${metadata.uid} ${settled.join(",")}`,
      [BUILT_IN]: system.length === 0 ? undefined : system.join(","),
    },
  };
}

/** What the LimitRange of a rule is to be in a namespace; undefined where there is to be none. */
export function wantedLimitRange(
  { metadata }: Namespace,
  rule: QuotaRule | undefined,
  isSettled: boolean,
): Wanted<NonNullable<QuotaRule["limitRange"]>> | undefined {
  if (rule?.limitRange === undefined) return undefined;
  return {
    spec: rule.limitRange,
    annotations: { [SETTLED]: isSettled ? metadata.uid : undefined },
  };
}

type Kept = ResourceQuota | LimitRange;

/** Whether an object is as it is to be, however its quantities are written. */
export function isAsWanted(found: Kept, { spec, annotations }: Wanted<object>): boolean {
  const { labels = {}, annotations: has = {} } = found.metadata;
  return (
    Object.entries(KEPT_LABELS).every(([key, value]) => labels[key] === value) &&
    Object.entries(annotations).every(([key, value]) => has[key] === value) &&
    isSameSpec(found.spec, spec)
  );
}

/** An object as it is to be, to be sent: in the place of `found`, where there is one, with what others have put there. */
export function asWanted<K extends "ResourceQuota" | "LimitRange", Spec>(
  kind: K,
  namespace: string,
  { spec, annotations }: Wanted<Spec>,
  found?: Kept,
) {
  const { labels = {}, annotations: has = {}, uid, resourceVersion } = found?.metadata ?? {};
  const all = Object.entries({ ...has, ...annotations }).filter(([, value]) => value !== undefined);
  return {
    apiVersion: "v1" as const,
    kind,
    metadata: {
      name: KEPT_NAME,
      namespace,
      labels: { ...labels, ...KEPT_LABELS },
      annotations: Object.fromEntries(all) as Record<string, string>,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec,
  };
}

/** Whether an object with the kept name is a kept one. */
export function isOurs({ metadata }: Kept): boolean {
  return Object.entries(KEPT_LABELS).every(([key, value]) => metadata.labels?.[key] === value);
}

/** Whether two values are the same, where texts and numbers are quantities. */
function isSameSpec(a: unknown, b: unknown): boolean {
  if (typeof b === "string" || typeof b === "number") {
    return a === b || ((typeof a === "string" || typeof a === "number") && isSameQuantity(a, b));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [entriesOf(a), entriesOf(b)];
  return (
    left.size === right.size && [...right].every(([key, value]) => isSameSpec(left.get(key), value))
  );
}

function entriesOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, each]) => each !== undefined));
}
