import type { LimitRangeConfig } from "./config.ts";

type Limit = LimitRangeConfig["limits"][number];
type Quantities = NonNullable<Limit["max"]>;

/**
 * A LimitRange's spec as the API server stores it, which fills in the defaults of containers
 * (`pkg/apis/core/v1/defaults.go`, SetDefaults_LimitRangeItem): otherwise it would look changed by somebody.
 */
export function storedLimitRange({ limits }: LimitRangeConfig): LimitRangeConfig {
  return { limits: limits.map((limit) => withoutEmpty(filledIn(limit))) };
}

function filledIn(limit: Limit): Limit {
  if (limit.type !== "Container") return limit;
  const byDefault: Quantities = { ...limit.max, ...limit.default };
  return {
    ...limit,
    default: byDefault,
    defaultRequest: { ...limit.min, ...byDefault, ...limit.defaultRequest },
  };
}

/** What is empty is not stored. */
function withoutEmpty(limit: Limit): Limit {
  const kept = Object.entries(limit).filter(
    ([, value]) => typeof value === "string" || Object.keys(value).length > 0,
  );
  return Object.fromEntries(kept) as unknown as Limit;
}

/** Which resources a LimitRange has a say in when one of their objects is made. */
export function limitedResources(limitRange: LimitRangeConfig | undefined): readonly string[] {
  const types = (limitRange?.limits ?? []).map(({ type }) => type);
  const resources = [];
  if (types.includes("Container") || types.includes("Pod")) resources.push("pods");
  if (types.includes("PersistentVolumeClaim")) resources.push("persistentvolumeclaims");
  return resources;
}
