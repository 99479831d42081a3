import type { Logger } from "@gatewright/core";
import { createAbsences } from "./absences.ts";
import type { ClusterConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { HeldGrant } from "./grant-record.ts";
import type { Grants } from "./grants.ts";
import { knownPods } from "./guarded-pod.ts";
import type { ClusterMetrics } from "./guard-metrics.ts";
import type { Member, Observation } from "./member-status.ts";
import { observe } from "./observe.ts";
import { titleOf } from "./opinions.ts";
import { isReadable, type Picture, pictureOf, type Unreadable } from "./picture.ts";
import { createPodMapping } from "./pod-mapping.ts";

/** What one look at a cluster gave. */
export interface Seen {
  readonly picture: Picture | Unreadable;
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
  /** Whether a pod of any name may be a member's: there are members of whose pods nothing is known. */
  isOpen(): boolean;
  /** Whom to ask for what needs a quorum, in this order: the leader, then who follows it. */
  askingOrder(): readonly string[];
  /** What the last look gave; undefined before the first. */
  last(): Seen | undefined;
  /** Which grants there are: what becomes of their members is watched from the next look on. */
  expect(grants: readonly HeldGrant[]): void;
  /**
   * Ends the grants of members that went and are back. `grants` must have been read before the look
   * was begun.
   */
  sweep(seen: Seen, grants: readonly HeldGrant[]): Promise<void>;
}

/** Makes the view of one cluster. Nothing is asked before the first look. */
export function createClusterView(
  config: Pick<ClusterConfig, "members" | "namespace" | "podName" | "maximumLag">,
  { connections, grants }: { connections: Connections; grants: Grants },
  { metrics, log }: { metrics: ClusterMetrics; log: Logger },
): ClusterView {
  let pods = knownPods(config.members, [], config.podName);
  let leader: Member | undefined;
  let last: Seen | undefined;
  let hasFailures = false;
  let state: string | undefined;
  let filesProblem: string | undefined;
  const absences = createAbsences();
  const mapping = createPodMapping(config, connections, log);

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
      mapping.learn(picture.members);
      metrics.looked({ voters: picture.voters.length, healthy: picture.healthy.size });
    } else metrics.looked(undefined);
    tell(picture);
    watchAbsences(observation, picture);
    last = { picture, order: orderOf(observation, picture) };
    return last;
  }

  /** A line for each change, and none for each look. */
  function tell(picture: Picture | Unreadable): void {
    if (!isReadable(picture)) {
      if (state !== "") log.warn({ reason: picture.unreadable }, "etcd cannot be read");
      state = "";
      return;
    }
    const { leader, healthy, unhealthy, voters, term, members } = picture;
    const now = `leader ${titleOf(leader.id, members)}, ${healthy.size} of ${voters.length} voters healthy`;
    // Whom, and not why: what is said of somebody who is away changes with each attempt.
    const who = [now, ...unhealthy.keys()].join(" ");
    if (who === state) return;
    state = who;
    if (unhealthy.size === 0) {
      log.info({ term: String(term) }, `etcd: ${now}`);
      return;
    }
    const wrong = [...unhealthy].map(([id, what]) => `${titleOf(id, members)} ${what}`).join("; ");
    log.warn({ term: String(term) }, `etcd: ${now}: ${wrong}`);
  }

  /** Nobody is away where the cluster cannot be read: it may be us who are cut off. */
  function watchAbsences({ answers }: Observation, picture: Picture | Unreadable): void {
    const ids = isReadable(picture) ? picture.members.map(({ id }) => id) : [];
    const empty = new Set(
      answers.flatMap((answer) => ("error" in answer && answer.gone ? [answer.endpoint] : [])),
    );
    const left = absences.looked(
      new Set(ids.filter((id) => empty.has(connections.endpointOf(id) ?? ""))),
    );
    for (const { member } of left) log.info({ member }, "etcd: a member with a grant has left");
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
    isOpen: mapping.isOpen,
    askingOrder,
    last: () => last,
    expect: absences.expect,
    async sweep({ picture }, held) {
      const at = askingOrder();
      const back = held.filter(
        (grant) =>
          (grant.gone || absences.hasLeft(grant)) &&
          isReadable(picture) &&
          picture.healthy.has(grant.memberId),
      );
      await Promise.all(
        back.map(async (grant) => {
          if (!(await grants.release(at, grant))) return;
          log.info({ member: grant.member }, "etcd: a member is back, its grant has ended");
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
