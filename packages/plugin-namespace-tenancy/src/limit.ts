import type { Cluster } from "@gatewright/core";
import { ownershipOf } from "./ownership.ts";
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
 * Whether each new owner of a namespace may have one more; puts it down for those who may. A dry run counts,
 * and puts nothing down.
 */
export async function judgeLimit(
  name: string,
  newOwners: readonly Subject[],
  { cluster, reservations, limit, dryRun, signal }: Counting,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const owner of newOwners) {
    const owned = () => namesOwned(cluster, owner);
    const had = dryRun
      ? tooMany(await owned(), name, limit)
      : await reservations.reserve(cluster, owner, name, limit, owned, signal);
    if (had === undefined) continue;
    refusals.push({
      message: `namespace ${quoted(name)} would be one too many: ${shownSubject(owner)} owns ${had} of at most ${limit} namespaces`,
    });
    // Nothing is put down for those after him.
    break;
  }
  return refusals;
}

function tooMany(names: Set<string>, name: string, limit: number): number | undefined {
  names.delete(name);
  return names.size >= limit ? names.size : undefined;
}

/** The namespaces that somebody owns, those that are about to go among them. */
async function namesOwned(cluster: Cluster, owner: Subject): Promise<Set<string>> {
  const key = keyOf(owner);
  const names = new Set<string>();
  for (const namespace of await cluster.list("v1/namespaces")) {
    const ownership = ownershipOf(namespace);
    if (ownership.state !== "owned" || !ownership.owners.some((one) => keyOf(one) === key))
      continue;
    names.add(namespace.metadata.name ?? "");
  }
  return names;
}
