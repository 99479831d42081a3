import type { Cluster } from "@gatewright/core";
import { countsFor } from "./creator.ts";
import type { NamespaceObject } from "./ownership.ts";
import type { Reservations } from "./reservations.ts";
import { quoted } from "./shown.ts";
import { keyOf, shownSubject, type Subject } from "./subject.ts";
import type { Refusal } from "./words.ts";

/** What it takes to count. */
export interface Counting {
  readonly cluster: Cluster;
  readonly reservations: Reservations;
  readonly limit: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Whether a new namespace would be one too many for whom it counts; puts it down where it is not. A dry run
 * counts, and puts nothing down.
 */
export async function judgeLimit(
  name: string,
  creator: Subject,
  { cluster, reservations, limit, dryRun, signal }: Counting,
): Promise<Refusal | undefined> {
  const counted = async () => namesOf(await cluster.list("v1/namespaces"), creator);
  const had = dryRun
    ? tooMany(await counted(), name, limit)
    : await reservations.reserve(cluster, creator, name, limit, counted, signal);
  if (had === undefined) {
    if (!dryRun) await reservations.sweep(cluster);
    return undefined;
  }
  return {
    message: `namespace ${quoted(name)} would be one too many: ${shownSubject(creator)} has ${had} of at most ${limit} namespaces`,
  };
}

function tooMany(names: ReadonlySet<string>, name: string, limit: number): number | undefined {
  const others = names.size - (names.has(name) ? 1 : 0);
  return others >= limit ? others : undefined;
}

const NONE: ReadonlySet<string> = new Set();

// A cache gives the same list until something in it changes.
const indexes = new WeakMap<object, ReadonlyMap<string, ReadonlySet<string>>>();

/** The namespaces that count for somebody, those that are about to go among them. */
function namesOf(namespaces: readonly NamespaceObject[], creator: Subject): ReadonlySet<string> {
  let index = indexes.get(namespaces);
  if (index === undefined) {
    index = indexOf(namespaces);
    indexes.set(namespaces, index);
  }
  return index.get(keyOf(creator)) ?? NONE;
}

function indexOf(namespaces: readonly NamespaceObject[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const namespace of namespaces) {
    const creator = countsFor(namespace);
    if (creator === undefined) continue;
    const key = keyOf(creator);
    const names = index.get(key) ?? new Set();
    index.set(key, names.add(namespace.metadata?.name ?? ""));
  }
  return index;
}
