import type { DeletedPod } from "./departure.ts";
import { type LabelSelector, selects } from "./label-selector.ts";
import type { Member } from "./member-status.ts";
import { hostLabelsOf, podNamesOf } from "./member-of-pod.ts";

/** What a cluster claims: the pods that a selector takes, and those that are known by name. */
export interface Claim<Cluster> {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The members' pods as far as they are known now: see `knownPods`. Asked in every review. */
  readonly pods: () => ReadonlySet<string>;
  /** Whether there are members of whose pods nothing is known, so that a pod of any name may be theirs. */
  readonly isOpen: () => boolean;
}

/** Who claims pods in which namespace. */
export type Claims<Cluster> = ReadonlyMap<string, readonly Claim<Cluster>[]>;

/** How a cluster's members are reached: what of the configuration gives names of pods. */
export interface ConfiguredMembers {
  readonly endpoints?: readonly string[];
  readonly pods?: readonly string[];
}

/** Orders claims by namespace, once: a pod elsewhere then costs one look into a map. */
export function claimsByNamespace<Cluster>(claims: readonly Claim<Cluster>[]): Claims<Cluster> {
  return Map.groupBy(claims, ({ namespace }) => namespace);
}

/**
 * The clusters that must judge the departure of a pod of their namespace, each of them. An eviction carries
 * no labels, so its pod is known by name alone, or looked up; and so is one whose labels were taken off.
 *
 * @param pod null where there is none, undefined where it is not known: by then whatever may be a member's
 *   is taken for one
 */
export function guardsOf<Cluster>(
  here: readonly Claim<Cluster>[],
  name: string,
  pod: DeletedPod | null | undefined,
): readonly Cluster[] {
  const labels = pod?.metadata?.labels;
  let guards: Cluster[] | undefined;
  for (const { cluster, selector, pods, isOpen } of here) {
    const isOurs = pod
      ? selects(selector, labels) || pods().has(name)
      : pods().has(name) || (pod === undefined && isOpen());
    if (!isOurs) continue;
    guards ??= [];
    guards.push(cluster);
  }
  return guards ?? NONE;
}

/**
 * The names of a cluster's pods: those in the configuration, by which evictions are known before etcd
 * first answered, and those of all members seen. The configured ones stay: a list from etcd may miss
 * a pod whose member it cannot name yet, and to judge one pod too many costs a call and no more.
 */
export function knownPods(
  configured: ConfiguredMembers,
  members: readonly Member[],
  podName: string,
): ReadonlySet<string> {
  return new Set([
    ...(configured.pods ?? []),
    ...hostLabelsOf(configured.endpoints ?? []),
    ...members.flatMap((member) => podNamesOf(member, podName)),
  ]);
}

const NONE: readonly never[] = [];
