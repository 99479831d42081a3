import { type DeepReadonly, type ObjectOf, parseLabelSelector } from "@gatewright/core";
import type { Config, LimitRangeConfig, RuleConfig } from "./config.ts";
import { type CountedResource, countedBy, countsObjectsOf } from "./counted-resource.ts";
import { matchesGlob } from "./glob.ts";
import { KEPT_NAME } from "./kept-name.ts";
import { limitedResources, storedLimitRange } from "./limit-range.ts";
import { parseCount } from "./quantity.ts";

/** A namespace as it is read. */
export type Namespace = DeepReadonly<ObjectOf<"v1/namespaces">>;

/** What a rule gives to its namespaces. */
export interface QuotaRule {
  /** For a ResourceQuota's `hard`: the users' numbers, and what the system puts there besides. */
  readonly hard: Readonly<Record<string, string>>;
  /** How many of what a key counts are the system's; 0 for most. */
  builtInOf(key: string): number;
  /** Names of the objects of a resource (`jobs.batch`) that are the system's, where the rule counts them. */
  builtInNames(resource: string): readonly string[];
  /** Keys that a write can raise. */
  keysOf(write: Write): readonly string[];
  /** The spec of the LimitRange, as it is stored. */
  readonly limitRange: LimitRangeConfig | undefined;
  /** Whether the LimitRange has a say in a write. */
  limits(write: Write): boolean;
}

/** As much of a request as decides what it can be counted by. */
export interface Write {
  readonly operation: string;
  /** With its group: `jobs.batch`. */
  readonly resource: string;
  /** `""` for the object itself. */
  readonly subResource: string;
}

/** The rules of a configuration. */
export interface NamespaceRules {
  readonly all: readonly QuotaRule[];
  /** The rule of a namespace: the first that matches. */
  of(namespace: Namespace): QuotaRule | undefined;
  isExcluded(namespace: string): boolean;
}

/**
 * Takes a checked configuration.
 *
 * @throws TypeError for what `checkConfig` objects to.
 */
export function namespaceRules({ rules, excludedNamespaces, builtIn }: Config): NamespaceRules {
  const compiled = rules.map((rule) => ({
    matches: matcher(rule.match),
    rule: quotaRule(rule, builtIn),
  }));
  const isExcluded = (name: string) =>
    excludedNamespaces.some((pattern) => matchesGlob(pattern, name));
  return {
    all: compiled.map(({ rule }) => rule),
    isExcluded,
    of(namespace) {
      if (isExcluded(namespace.metadata.name ?? "")) return undefined;
      return compiled.find(({ matches }) => matches(namespace))?.rule;
    },
  };
}

function matcher({ names, labelSelector, annotations }: RuleConfig["match"]) {
  const selects = parseLabelSelector(labelSelector ?? "");
  const wanted = Object.entries(annotations ?? {});
  return ({ metadata }: Namespace): boolean => {
    const name = metadata.name ?? "";
    if (names !== undefined && !names.some((pattern) => matchesGlob(pattern, name))) return false;
    if (!selects(metadata.labels)) return false;
    const found = metadata.annotations ?? {};
    return wanted.every(
      ([key, pattern]) => Object.hasOwn(found, key) && matchesGlob(pattern, found[key] ?? ""),
    );
  };
}

function quotaRule({ quota, limitRange }: RuleConfig, builtIn: Config["builtIn"]): QuotaRule {
  const kept = {
    resourcequotas: [KEPT_NAME],
    ...(limitRange === undefined ? {} : { limitranges: [KEPT_NAME] }),
  };
  const system = builtInByResource(builtIn, kept);
  const limited = limitedResources(limitRange);
  const keys = Object.keys(quota);
  const builtInOf = (key: string) => {
    for (const [resource, names] of system) if (countsObjectsOf(key, resource)) return names.length;
    return 0;
  };
  const counted = keys.flatMap((key): [string, CountedResource][] => {
    const by = countedBy(key);
    return by === undefined ? [] : [[key, by]];
  });
  const isCounted = (resource: string) => keys.some((key) => countsObjectsOf(key, resource));
  const hard = Object.entries(quota).map(([key, quantity]) => {
    const more = builtInOf(key);
    // Of what is counted in objects a half is none: `checkConfig` has seen to it.
    const value = more === 0 ? quantity : (parseCount(quantity) ?? 0n) + BigInt(more);
    return [key, String(value)] as const;
  });
  return {
    hard: Object.fromEntries(hard),
    builtInOf,
    builtInNames: (resource) => (isCounted(resource) ? (system.get(resource) ?? []) : []),
    keysOf({ operation, resource, subResource }) {
      return counted
        .filter(([, by]) => by.resource === resource && raises(by, operation, subResource))
        .map(([key]) => key);
    },
    limitRange: limitRange && storedLimitRange(limitRange),
    limits: ({ operation, resource, subResource }) =>
      operation === "CREATE" && subResource === "" && limited.includes(resource),
  };
}

/** What quota admission evaluates: each CREATE, and UPDATEs of what has an amount or a type. */
function raises({ updates }: CountedResource, operation: string, subResource: string): boolean {
  if (operation === "CREATE") return subResource === "";
  return operation === "UPDATE" && updates.includes(subResource);
}

function builtInByResource(
  ...all: readonly Readonly<Record<string, readonly string[]>>[]
): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const one of all) {
    for (const [resource, more] of Object.entries(one)) {
      names.set(resource, [...new Set([...(names.get(resource) ?? []), ...more])]);
    }
  }
  return names;
}
