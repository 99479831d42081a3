import type { Logger } from "@gatewright/core";
import type { ClusterConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { HeldGrant } from "./grant-record.ts";
import type { Grants } from "./grants.ts";
import { knownPods } from "./guarded-pod.ts";
import type { ClusterMetrics } from "./guard-metrics.ts";
import type { EtcdId, Member, Observation } from "./member-status.ts";
import { observe } from "./observe.ts";
import { isReadable, type Picture, pictureOf, type Unreadable } from "./picture.ts";

/** What one look at a cluster gave. */
export interface Seen {
  readonly picture: Picture | Unreadable;
  /**
   * Members whose place was found empty, while a majority was there: silence alone may be a busy
   * member's. Nobody, where the cluster cannot be read: it may be us who are cut off.
   */
  readonly away: ReadonlySet<EtcdId>;
  /**
   * The endpoints of those that carry the cluster, the leader's first; empty where it cannot be read.
   * One of another cluster is not among them: a grant that was taken there would be none.
   */
  readonly order: readonly string[];
}

/** What is known of one cluster, and kept up to date by whoever looks. */
export interface ClusterView {
  /** Asks everybody. Never rejects; what is seen is remembered, counted, and logged where it is new. */
  look(timeoutMs: number): Promise<Seen>;
  /** Takes up TLS files that have changed; what is wrong with them is logged, once. */
  refresh(): Promise<void>;
  /** The members' pods as far as they are known. */
  pods(): ReadonlySet<string>;
  /** Whom to ask for what needs a quorum, in this order: the leader, then who follows it. */
  askingOrder(): readonly string[];
  /** What the last look gave; undefined before the first. */
  last(): Seen | undefined;
  /**
   * Notes which members with a grant are away, and ends the grants of those that are back. `grants`
   * must have been read before the look was begun.
   */
  sweep(seen: Seen, grants: readonly HeldGrant[]): Promise<void>;
}

/** How long nobody must be where a member was until its pod is taken to have gone. */
const AWAY_MS = 700;

/** Makes the view of one cluster. Nothing is asked before the first look. */
export function createClusterView(
  config: Pick<ClusterConfig, "members" | "podName" | "maximumLag">,
  { connections, grants }: { connections: Connections; grants: Grants },
  { metrics, log }: { metrics: ClusterMetrics; log: Logger },
): ClusterView {
  let pods = knownPods(config.members, [], config.podName);
  let leader: Member | undefined;
  let last: Seen | undefined;
  let hasFailures = false;
  let state: string | undefined;
  let filesProblem: string | undefined;
  const awaySince = new Map<EtcdId, number>();

  async function refresh(): Promise<void> {
    const problem = await connections.refresh();
    if (problem !== undefined && problem !== filesProblem) {
      log.warn({ reason: problem }, "etcd's TLS files cannot be used");
    }
    filesProblem = problem;
  }

  function remember(observation: Observation): Seen {
    const picture = pictureOf(observation, config.maximumLag);
    connections.learn(observation);
    hasFailures = observation.answers.some((answer) => "error" in answer);
    leader = isReadable(picture) ? picture.leader : undefined;
    if (isReadable(picture)) {
      pods = knownPods(config.members, picture.members, config.podName);
      metrics.looked({ voters: picture.voters.length, healthy: picture.healthy.size });
    } else metrics.looked(undefined);
    tell(picture);
    last = {
      picture,
      away: awayForLong(awayIn(observation, picture)),
      order: orderOf(observation, picture),
    };
    return last;
  }

  /** A line for each change, and none for each look. */
  function tell(picture: Picture | Unreadable): void {
    const now = isReadable(picture)
      ? `leader ${picture.leader.name || picture.leader.id}, ${picture.healthy.size} of ${picture.voters.length} voters healthy`
      : "unreadable";
    if (now === state) return;
    state = now;
    if (isReadable(picture)) log.info({ term: String(picture.term) }, `etcd: ${now}`);
    else log.warn({ reason: picture.unreadable }, "etcd cannot be read");
  }

  function awayIn({ answers }: Observation, picture: Picture | Unreadable): ReadonlySet<EtcdId> {
    if (!isReadable(picture)) return new Set();
    const empty = new Set(
      answers.flatMap((answer) => ("error" in answer && answer.gone ? [answer.endpoint] : [])),
    );
    const ids = picture.members.map(({ id }) => id);
    return new Set(ids.filter((id) => empty.has(connections.endpointOf(id) ?? "")));
  }

  /** Of those that are away now, who has been at every look for a while: a blip is no departure. */
  function awayForLong(now: ReadonlySet<EtcdId>): ReadonlySet<EtcdId> {
    for (const id of awaySince.keys()) if (!now.has(id)) awaySince.delete(id);
    for (const id of now) if (!awaySince.has(id)) awaySince.set(id, performance.now());
    const since = performance.now() - AWAY_MS;
    return new Set([...now].filter((id) => (awaySince.get(id) ?? 0) <= since));
  }

  function askingOrder(): readonly string[] {
    const order = last?.order ?? [];
    return order.length > 0 ? order : connections.endpoints();
  }

  return {
    async look(timeoutMs) {
      // Whatever failed last time may have been for want of the right certificate.
      if (hasFailures) await refresh();
      const leaderHint = leader && connections.endpointOf(leader.id);
      return remember(await observe(connections, { timeoutMs, leaderHint }));
    },
    refresh,
    pods: () => pods,
    askingOrder,
    last: () => last,
    async sweep({ picture, away }, held) {
      const at = askingOrder();
      const isBack = ({ seenAway, memberId }: HeldGrant) =>
        seenAway && isReadable(picture) && picture.healthy.has(memberId);
      await Promise.all(
        held.map(async (grant) => {
          if (!grant.seenAway && away.has(grant.memberId)) {
            await grants.markSeenAway(at, grant);
          } else if (isBack(grant) && (await grants.release(at, grant))) {
            log.info({ member: grant.member }, "etcd: a member is back, its grant has ended");
          }
        }),
      );
    },
  };
}

function orderOf({ answers }: Observation, picture: Picture | Unreadable): readonly string[] {
  if (!isReadable(picture)) return [];
  const { clusterId, healthy, leader } = picture;
  const good = answers.flatMap((answer) =>
    "status" in answer &&
    answer.status.clusterId === clusterId &&
    healthy.has(answer.status.memberId)
      ? [{ endpoint: answer.endpoint, leads: answer.status.memberId === leader.id }]
      : [],
  );
  return good
    .toSorted((one, other) => Number(other.leads) - Number(one.leads))
    .map(({ endpoint }) => endpoint);
}
