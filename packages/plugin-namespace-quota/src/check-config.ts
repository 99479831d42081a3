import { parseLabelSelector } from "@gatewright/core";
import type { Config, LimitRangeConfig, RuleConfig } from "./config.ts";
import { countedBy, whyNotCounted } from "./counted-resource.ts";
import { matchesGlob } from "./glob.ts";
import { parseCount, parseQuantity } from "./quantity.ts";

type Problem = (keys: string, message: string) => void;
type Quantities = Readonly<Record<string, string | number>>;

/**
 * Checks what the schema cannot say: selectors, names of resources, quantities, and rules that no namespace can reach.
 *
 * @throws an Error that names every problem at once, each with its JSON pointer, a line each.
 */
export function checkConfig({
  rules,
  builtIn,
  administrators,
  excludedNamespaces,
}: Pick<Config, "rules" | "builtIn" | "administrators" | "excludedNamespaces">): void {
  const problems: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const problem: Problem = (keys, message) =>
      problems.push(`/rules/${index}${keys === "" ? "" : `/${keys}`}: ${message}`);
    if (Object.keys(rule.quota).length === 0 && rule.limitRange === undefined) {
      problem("", "gives nothing: write quota, or limitRange, or both");
    }
    checkSelector(rule.match.labelSelector, problem);
    checkNames(rule.match.names ?? [], excludedNamespaces, problem);
    checkReach(rules.slice(0, index), rule, problem);
    checkQuota(rule.quota, problem);
    if (rule.limitRange !== undefined) checkLimitRange(rule.limitRange, problem);
  }
  checkBuiltIn(builtIn, (keys, message) => problems.push(`/builtIn/${keys}: ${message}`));
  for (const [index, { kind, namespace }] of administrators.entries()) {
    if ((kind === "ServiceAccount") === (namespace !== undefined)) continue;
    problems.push(
      `/administrators/${index}/namespace: comes with a ServiceAccount, and nobody else`,
    );
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function checkSelector(selector: string | undefined, problem: Problem): void {
  if (selector === undefined) return;
  try {
    parseLabelSelector(selector);
  } catch (error) {
    problem("match/labelSelector", error instanceof Error ? error.message : String(error));
  }
}

/** A DNS label, in which `*` stands for any part of it. */
const NAME = /^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/;

function checkNames(names: readonly string[], excluded: readonly string[], problem: Problem): void {
  for (const [index, name] of names.entries()) {
    const place = `match/names/${index}`;
    if (!NAME.test(name)) {
      problem(
        place,
        `"${name}" is the name of no namespace: lower-case letters, digits and "-", and * for any text`,
      );
    }
    const by = excluded.find((pattern) => matchesGlob(pattern, name));
    if (by !== undefined) {
      problem(place, `"${name}" is never reached: excludedNamespaces leaves it alone, by "${by}"`);
    }
  }
}

/** A rule after one that takes all of its namespaces is a mistake in their order. */
function checkReach(before: readonly RuleConfig[], rule: RuleConfig, problem: Problem): void {
  const earlier = before.flatMap(({ match }, index) => {
    const { names = ["*"], labelSelector = "", annotations = {} } = match;
    const isByNameAlone = labelSelector === "" && Object.keys(annotations).length === 0;
    return isByNameAlone ? names.map((pattern) => ({ pattern, index })) : [];
  });
  const { names } = rule.match;
  // The `*` of a later pattern is a letter here, which only a `*` of the earlier one can take.
  const takenBy = (later: string) => earlier.find(({ pattern }) => matchesGlob(pattern, later));
  if (names === undefined) {
    const taken = takenBy("*");
    if (taken !== undefined)
      problem("match", `is never reached: rule ${taken.index} takes every namespace`);
    return;
  }
  for (const [index, name] of names.entries()) {
    const place = `match/names/${index}`;
    if (names.indexOf(name) < index) problem(place, `"${name}" is listed twice`);
    const taken = takenBy(name);
    if (taken === undefined) continue;
    const by = taken.pattern === name ? "" : `, by "${taken.pattern}"`;
    problem(place, `"${name}" is never reached: rule ${taken.index} takes it${by}`);
  }
}

function checkQuota(quota: Quantities, problem: Problem): void {
  for (const [key, quantity] of Object.entries(quota)) {
    const place = `quota/${pointer(key)}`;
    const counted = countedBy(key);
    if (counted === undefined) problem(place, whyNotCounted(key));
    const wrong = whatIsWrong(quantity);
    if (wrong !== undefined) problem(place, wrong);
    else if (counted?.isCount === true && parseCount(quantity) === undefined) {
      problem(place, `"${quantity}" is no whole number, and objects are counted`);
    }
  }
}

function whatIsWrong(quantity: string | number): string | undefined {
  const parsed = parseQuantity(quantity);
  if (parsed === undefined) return `"${quantity}" is no quantity: 4, 0.5, "500m" and "1.5Gi" are`;
  return parsed < 0n ? `"${quantity}" is below 0` : undefined;
}

/** Types of limits that there are, without those of other projects, which have a `/`. */
const LIMIT_TYPES = ["Container", "Pod", "PersistentVolumeClaim"];
const BOUNDS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

function checkLimitRange({ limits }: LimitRangeConfig, problem: Problem): void {
  const types = limits.map(({ type }) => type);
  for (const [index, limit] of limits.entries()) {
    const place = `limitRange/limits/${index}`;
    const { type } = limit;
    if (!LIMIT_TYPES.includes(type) && !type.includes("/")) {
      problem(`${place}/type`, `"${type}" is none: there are ${LIMIT_TYPES.join(", ")}`);
    }
    if (types.indexOf(type) < index) problem(`${place}/type`, `"${type}" is there already`);
    for (const bound of BOUNDS) {
      for (const [key, quantity] of Object.entries(limit[bound] ?? {})) {
        const wrong = whatIsWrong(quantity);
        if (wrong !== undefined) problem(`${place}/${bound}/${pointer(key)}`, wrong);
      }
    }
    checkOrder(limit, (keys, message) => problem(`${place}/${keys}`, message));
    if (type === "Pod" && (limit.default ?? limit.defaultRequest) !== undefined) {
      problem(place, 'a limit of type Pod has no default: write a second one, of type "Container"');
    }
    if (
      type === "PersistentVolumeClaim" &&
      (limit.min?.["storage"] ?? limit.max?.["storage"]) === undefined
    ) {
      problem(place, "a limit of type PersistentVolumeClaim needs max or min with storage");
    }
  }
}

/** Bounds of which the first may not be above the second (`pkg/apis/core/validation`, ValidateLimitRange). */
const ORDER = [
  ["min", "max"],
  ["default", "max"],
  ["defaultRequest", "max"],
  ["min", "default"],
  ["min", "defaultRequest"],
  ["defaultRequest", "default"],
] as const;

/**
 * The API server refuses a LimitRange whose bounds contradict each other: it would never be there, and nothing would
 * be let in. What it fills in itself can contradict nothing else.
 */
function checkOrder(limit: LimitRangeConfig["limits"][number], problem: Problem): void {
  for (const [lower, upper] of ORDER) {
    for (const [key, quantity] of Object.entries(limit[lower] ?? {})) {
      const above = limit[upper]?.[key];
      const [least, most] = [parseQuantity(quantity), parseQuantity(above ?? "")];
      if (least === undefined || most === undefined || least <= most) continue;
      problem(
        `${lower}/${pointer(key)}`,
        `"${quantity}" is above ${upper}, "${above}": lower it, or raise ${upper}`,
      );
    }
  }
  for (const [key, ratio] of Object.entries(limit.maxLimitRequestRatio ?? {})) {
    const place = `maxLimitRequestRatio/${pointer(key)}`;
    const [times, one] = [parseQuantity(ratio), parseQuantity(1)];
    if (times === undefined || one === undefined) continue;
    const [min, max] = [
      parseQuantity(limit.min?.[key] ?? ""),
      parseQuantity(limit.max?.[key] ?? ""),
    ];
    if (times < one) problem(place, `"${ratio}" is below 1`);
    else if (min !== undefined && max !== undefined && min <= max && times * min > max * one) {
      problem(
        place,
        `"${ratio}" is more than max, "${limit.max?.[key]}", is of min, "${limit.min?.[key]}"`,
      );
    }
  }
}

function checkBuiltIn(builtIn: Config["builtIn"], problem: Problem): void {
  for (const resource of Object.keys(builtIn)) {
    if (countedBy(`count/${resource}`) !== undefined) continue;
    problem(
      pointer(resource),
      `"${resource}" is none that can be counted: write its group, as in "jobs.batch"`,
    );
  }
}

/** As a JSON pointer has it (RFC 6901). */
function pointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
