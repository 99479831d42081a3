import { didYouMean } from "./did-you-mean.ts";
import { GatewrightError } from "./errors.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import { type CheckedMetric, checkMetric, isOfTheServer } from "./metric-declaration.ts";
import type { MetricFamily, PluginCounter, PluginGauge, PluginMetrics } from "./plugin-metrics.ts";

/** The metrics of all plugins of one pipeline: plain numbers, which a server writes when it is asked. */
export interface MetricRegistry {
  /** What one plugin in one webhook is given. */
  of(plugin: Owner): PluginMetrics;
  /** All families, in the order in which they were declared. */
  families(): MetricFamily[];
}

type Owner = Pick<LoadedPlugin, "name" | "webhook" | "log">;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

interface Family extends CheckedMetric {
  readonly fullName: string;
  readonly type: "counter" | "gauge";
  readonly plugin: string;
  readonly series: Map<string, Series>;
  overflowed: boolean;
}

/** A label of a user's or an object's name would otherwise fill the memory, here and in Prometheus. */
const MOST_SERIES = 1_000;

/** Keeps what plugins count. Nothing is to be closed: verbs that are used late do no harm. */
export function createMetricRegistry(): MetricRegistry {
  const families = new Map<string, Family>();
  return {
    of: (owner) => ({
      counter(declaration) {
        return createCounter(declare(families, owner, "counter", declaration), owner);
      },
      gauge(declaration) {
        return createGauge(declare(families, owner, "gauge", declaration), owner);
      },
    }),
    families: () =>
      [...families.values()].map(({ fullName, help, type, series }) => ({
        name: fullName,
        help,
        type,
        samples: [...series.values()].map(({ labels, value }) => ({ labels, value })),
      })),
  };
}

function declare(
  families: Map<string, Family>,
  owner: Owner,
  type: Family["type"],
  declaration: unknown,
): Family {
  const checked = checkMetric(declaration);
  if (typeof checked === "string") {
    const { name } = (declaration ?? {}) as { name?: unknown };
    throw badMetric(owner, name, checked);
  }
  const { name, help, labelNames } = checked;
  const fullName = `gatewright_${owner.name.replaceAll("-", "_")}_${name}`;
  if (isOfTheServer(fullName)) throw badMetric(owner, name, `${fullName} is the server's own`);
  const known = families.get(fullName);
  if (known === undefined) {
    const family: Family = {
      ...checked,
      ...{ fullName, type, plugin: owner.name, series: new Map(), overflowed: false },
    };
    families.set(fullName, family);
    return family;
  }
  if (known.plugin !== owner.name) {
    throw badMetric(owner, name, `${fullName} is a metric of plugin "${known.plugin}" already`);
  }
  const isSame =
    known.type === type &&
    known.help === help &&
    known.labelNames.length === labelNames.length &&
    labelNames.every((label) => known.labelNames.includes(label));
  if (isSame) return known;
  const before = `a ${known.type} "${known.help}" with ${labelsText(known.labelNames)}`;
  const now = `a ${type} "${help}" with ${labelsText(labelNames)}`;
  throw badMetric(owner, name, `is declared in two ways: as ${before}, and as ${now}`);
}

function labelsText(names: readonly string[]): string {
  return names.length === 0 ? "no labels" : `the labels ${names.join(", ")}`;
}

function createCounter(family: Family, owner: Owner): PluginCounter<string> {
  // So that what has not happened yet is a 0 and not a gap.
  if (family.labelNames.length === 0) seriesOf(family, owner, {});
  return {
    add(...given: unknown[]) {
      const [labels, amount = 1] = split(given);
      if (typeof amount !== "number" || !(amount >= 0 && amount < Number.POSITIVE_INFINITY)) {
        throw badMetric(owner, family.name, "add takes a finite amount of 0 or more");
      }
      const series = seriesOf(family, owner, labels);
      if (series !== undefined) series.value += amount;
    },
  };
}

function createGauge(family: Family, owner: Owner): PluginGauge<string> {
  return {
    set(...given: unknown[]) {
      const [labels, value] = split(given);
      if (typeof value !== "number" || !Number.isFinite(value)) {
        throw badMetric(owner, family.name, "set takes a finite value");
      }
      const series = seriesOf(family, owner, labels);
      if (series !== undefined) series.value = value;
    },
    remove(...given: unknown[]) {
      family.series.delete(keyOf(owner, valuesOf(family, owner, split(given)[0])));
    },
  };
}

/** Labels come first where there are any. */
function split(given: unknown[]): [labels: object, number: unknown] {
  const [first, second] = given;
  return typeof first === "object" && first !== null ? [first, second] : [{}, first];
}

/** The series of these labels; undefined where the family has too many to make one more. */
function seriesOf(family: Family, owner: Owner, labels: object): Series | undefined {
  const values = valuesOf(family, owner, labels);
  const key = keyOf(owner, values);
  const found = family.series.get(key);
  if (found !== undefined) return found;
  if (family.series.size >= MOST_SERIES) {
    if (!family.overflowed) {
      family.overflowed = true;
      const fields = { metric: family.fullName, series: MOST_SERIES };
      owner.log.warn(fields, "the metric has too many series: no new one is made");
    }
    return undefined;
  }
  const series: Series = { labels: labelled(family, owner, values), value: 0 };
  family.series.set(key, series);
  return series;
}

function labelled({ labelNames }: Family, owner: Owner, values: string[]): Series["labels"] {
  const labels: Record<string, string> = { webhook: owner.webhook };
  for (const [index, name] of labelNames.entries()) labels[name] = values[index] as string;
  return labels;
}

function keyOf(owner: Owner, values: readonly string[]): string {
  return JSON.stringify([owner.webhook, ...values]);
}

/** As text, because two series of one text would spoil the whole scrape: `1` and `"1"`. */
function valuesOf({ name, labelNames }: Family, owner: Owner, labels: object): string[] {
  for (const label of Object.keys(labels)) {
    if (labelNames.includes(label)) continue;
    const hint = didYouMean(label, labelNames);
    const text = `label "${label}" was not declared${hint}: it has ${labelsText(labelNames)}`;
    throw badMetric(owner, name, text);
  }
  return labelNames.map((label) => {
    const value: unknown = Object.hasOwn(labels, label)
      ? (labels as Record<string, unknown>)[label]
      : undefined;
    if (typeof value === "number") return String(value);
    // Half a surrogate pair is written as U+FFFD, whichever half it was.
    if (typeof value === "string") return value.toWellFormed();
    throw badMetric(owner, name, `label "${label}" is missing, or neither a string nor a number`);
  });
}

function badMetric({ name }: Owner, metric: unknown, what: string): GatewrightError {
  const shown = typeof metric === "string" ? JSON.stringify(metric) : "without a name";
  return new GatewrightError("GW_BAD_METRIC", `metric ${shown} of plugin "${name}": ${what}`);
}
