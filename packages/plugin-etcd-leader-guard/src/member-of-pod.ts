import { isIP, isIPv6 } from "node:net";
import type { Member } from "./member-status.ts";

/** A pod, as far as it takes to know its member. */
export interface PodIdentity {
  readonly name: string;
  /** Empty where they are not known: an eviction carries no pod. */
  readonly ips: readonly string[];
}

/** How the members' pods are named. */
export interface PodNaming {
  /** How a member's name gives its pod's: `etcd-{member}`. */
  readonly podName: string;
  /**
   * Pods that are surely members', as configured (`members.pods`); empty where none are listed. Not the hosts
   * of endpoints: a Service for each member may well be called as the member, and its pod otherwise.
   */
  readonly pods: ReadonlySet<string>;
}

/** How a cluster's pods are named, as configured. */
export function namingOf({ podName, members }: Configured): PodNaming {
  return { podName, pods: new Set(members.pods) };
}

interface Configured {
  readonly podName: string;
  readonly members: { readonly pods?: readonly string[] };
}

/** Whose pod it is. */
export type Mapping =
  | { readonly member: Member }
  /** Surely no member's: every member is another pod. */
  | { readonly member: undefined }
  /** It may be a member's, and nobody can tell whose: why, for people. */
  | {
      readonly unmappable: string;
      /** What `podName` would have to be for it, where a member's name is the end of the pod's. */
      readonly podName?: string | undefined;
    };

/**
 * The member that runs in a pod: the one whose name gives the pod's name; else the one whose client
 * URL has the pod's name as the first label of its host (its peer URL, before its first start); else
 * the one whose URL is the pod's IP address. Always exact: `etcd-1` is no part of `etcd-10`. A pod
 * that fits none is nobody's only where every member is known to be elsewhere; else a wrong `podName`
 * would open the door for all of them.
 */
export function memberOfPod(
  pod: PodIdentity,
  members: readonly Member[],
  naming: PodNaming,
): Mapping {
  const byName = members.filter((each) => nameOfPod(each, naming.podName) === pod.name);
  const byHost = members.filter((each) => hostLabels(each).includes(pod.name));
  const both = byName.filter((each) => byHost.includes(each));
  if (byName.length > 0 && byHost.length > 0 && both.length === 0) {
    const [named, hosted] = [titles(byName), titles(byHost)];
    return { unmappable: `its name is that of ${named}, and it is the host of ${hosted}` };
  }
  const ips = pod.ips.map(canonical);
  const found =
    [both, byName, byHost].find(({ length }) => length > 0) ??
    members.filter((each) => addresses(each).some((ip) => ips.includes(ip)));
  const [member] = found;
  if (member === undefined) return notFound(pod.name, members, naming);
  if (found.length === 1) return { member };
  return { unmappable: `it fits ${titles(found)} alike` };
}

/** The names that a member's pod may have: what `memberOfPod` finds the member by. */
export function podNamesOf(member: Member, podName: string): string[] {
  const name = nameOfPod(member, podName);
  return [...(name === undefined ? [] : [name]), ...hostLabels(member)];
}

/** The first labels of the hosts of URLs: `etcd-0` of `https://etcd-0.etcd:2379`; IPs have none. */
export function hostLabelsOf(urls: readonly string[]): string[] {
  return urls
    .map(hostOf)
    .filter((host) => host !== "" && isIP(host) === 0)
    .map((host) => host.split(".", 1)[0] as string);
}

/**
 * Members that have started, and of whose pods nothing but their names is known: neither are they among
 * those that are configured, nor do a member's name and the host of its URL say the same.
 */
export function membersWithoutPod(
  members: readonly Member[],
  { podName, pods }: PodNaming,
): Member[] {
  return members.filter((member) => {
    const name = nameOfPod(member, podName);
    return (
      name !== undefined &&
      !isAnotherOf(pods, member, podName) &&
      !hostLabels(member).includes(name)
    );
  });
}

function notFound(pod: string, members: readonly Member[], { podName, pods }: PodNaming): Mapping {
  // That its address is another proves nothing: a member may be reached by a Service's.
  const open = members.filter((each) => !isAnotherOf(pods, each, podName));
  if (open.length === 0) return { member: undefined };
  return {
    unmappable: `neither its name nor its address is that of a member, but it cannot be told from ${titles(open)}`,
    podName: podNameFor(pod, open),
  };
}

/** The `podName` by which one of these is this pod's member: `orders-{member}` for `orders-etcd-0`. */
export function podNameFor(pod: string, members: readonly Member[]): string | undefined {
  const [longest] = members
    .filter(({ name }) => name !== "" && (pod.endsWith(`-${name}`) || pod.endsWith(`.${name}`)))
    .toSorted((one, other) => other.name.length - one.name.length);
  return longest && `${pod.slice(0, -longest.name.length)}{member}`;
}

/** Whether it is the member of a pod that is listed, and so not of one that is not. */
export function isAnotherOf(pods: ReadonlySet<string>, member: Member, podName: string): boolean {
  return podNamesOf(member, podName).some((name) => pods.has(name));
}

function nameOfPod({ name }: Member, podName: string): string | undefined {
  // Not `replace`, to which `$&` in a name is a pattern.
  return name === "" ? undefined : podName.split("{member}").join(name);
}

function urlsOf({ name, clientURLs, peerURLs }: Member): readonly string[] {
  return name === "" && clientURLs.length === 0 ? peerURLs : clientURLs;
}

const hostLabels = (member: Member) => hostLabelsOf(urlsOf(member));

const addresses = (member: Member) =>
  urlsOf(member)
    .map(hostOf)
    .filter((host) => isIP(host) !== 0);

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
}

/** An address as `URL` writes it, so that `fd00:0::1` is `fd00::1`. */
function canonical(ip: string): string {
  return isIPv6(ip) ? hostOf(`http://[${ip}]`) : ip;
}

function titles(members: readonly Member[]): string {
  const names = members.map(({ id, name }) => (name === "" ? `the member with id ${id}` : name));
  return `member${names.length > 1 ? "s" : ""} ${names.join(", ")}`;
}
