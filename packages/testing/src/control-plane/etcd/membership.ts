import { freePorts } from "../free-ports.ts";
import { waitUntil } from "../wait-until.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { EtcdCluster, EtcdMember } from "./etcd-cluster.ts";
import { createMember, type MemberContext, type OwnMember } from "./etcd-member.ts";

/** Who belongs to a cluster, and who leads it. */
export type Membership = Pick<
  EtcdCluster,
  "member" | "addMember" | "promote" | "removeMember" | "moveLeader"
>;

/** `own` by name, `members` and `closers` grow and shrink with the cluster. */
export function createMembership({
  context,
  view,
  own,
  members,
  closers,
}: {
  context: MemberContext;
  view: ClusterView;
  own: Map<string, OwnMember>;
  members: EtcdMember[];
  closers: (() => Promise<void>)[];
}): Membership {
  const { gateway, readyTimeoutMs: timeoutMs } = context;

  const member = (name: string) => {
    const found = own.get(name)?.member;
    if (found) return found;
    throw new Error(`no etcd member "${name}" here: ${[...own.keys()].join(", ")}`);
  };

  /** Of a member that joins: etcd compares it with the list that the others have by then. */
  const joined = async (name: string) => {
    const urls = new Map([...own].map(([of, { peerUrl }]) => [peerUrl, of]));
    const list = await view.memberList();
    const entries = list.flatMap(({ peerURLs }) =>
      peerURLs.map((url) => `${urls.get(url) ?? name}=${url}`),
    );
    return ["--initial-cluster", entries.join(","), "--initial-cluster-state", "existing"];
  };

  return {
    member,
    async addMember({ name = `etcd-${own.size}`, learner = false, start = true } = {}) {
      if (own.has(name)) throw new Error(`there is an etcd member "${name}" already`);
      const [client, peer] = (await freePorts(2)) as [number, number];
      const added = await createMember(context, name, { client, peer }, () => joined(name));
      closers.push(added.close);
      const answer = await view.callAny("/v3/cluster/member/add", {
        peerURLs: [added.peerUrl],
        isLearner: learner,
      });
      added.learnId(answer.member.ID);
      own.set(name, added);
      members.push(added.member);
      if (start) await added.member.start();
      return added.member;
    },
    async promote(name) {
      const { id } = member(name);
      // Refused until the learner has caught up.
      const promoted = async () => {
        await view.callAny("/v3/cluster/member/promote", { ID: id });
        return true;
      };
      await waitUntil(promoted, { what: `etcd to promote ${name}`, timeoutMs });
    },
    async removeMember(name) {
      const leaving = member(name);
      await view.callAny("/v3/cluster/member/remove", { ID: leaving.id });
      own.delete(name);
      members.splice(members.indexOf(leaving), 1);
      await leaving.stop("SIGKILL");
    },
    async moveLeader(name) {
      const target = member(name);
      const leader = await view.leader();
      if (leader === target) return;
      const path = "/v3/maintenance/transfer-leadership";
      await gateway.call(leader.directEndpoint, path, { targetID: target.id }, timeoutMs);
      await waitUntil(async () => (await view.leader()) === target, {
        what: `${name} to lead etcd`,
        timeoutMs,
      });
    },
  };
}
