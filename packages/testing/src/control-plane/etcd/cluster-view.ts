import { waitUntil } from "../wait-until.ts";
import type { EtcdMember, EtcdMemberEntry, EtcdStatus } from "./etcd-cluster.ts";
import { EtcdCallError, type EtcdGateway } from "./etcd-gateway.ts";
import { readMemberList, readStatus } from "./read-status.ts";

/** What is known of a cluster by asking its members, past all proxies. */
export interface ClusterView {
  status(member: EtcdMember): Promise<EtcdStatus>;
  memberList(): Promise<EtcdMemberEntry[]>;
  listOf(member: EtcdMember): Promise<EtcdMemberEntry[]>;
  leader(options?: { otherThan?: string; timeoutMs?: number }): Promise<EtcdMember>;
  healthy(options?: { timeoutMs?: number }): Promise<void>;
  /** Calls the members that run, one after another, until one gives an answer or says no. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as many shapes as there are paths
  callAny(path: string, body?: object, timeoutMs?: number): Promise<any>;
}

/** @param learnId told the id of each member that answers */
export function createClusterView(
  members: readonly EtcdMember[],
  learnId: (member: EtcdMember, id: string) => void,
  gateway: EtcdGateway,
  readyTimeoutMs: number,
): ClusterView {
  const awake = () => members.filter(({ running, frozen }) => running && !frozen);
  const status = async (member: EtcdMember) => {
    const answer = await readStatus(gateway, member.directEndpoint);
    learnId(member, answer.memberId);
    return answer;
  };

  const askAny = async <Answer>(ask: (member: EtcdMember) => Promise<Answer>): Promise<Answer> => {
    let failure: unknown = new Error("no member of this etcd cluster runs");
    for (const member of awake().toSorted((a, b) => Number(a.isolated) - Number(b.isolated))) {
      try {
        return await ask(member);
      } catch (error) {
        failure = error;
        // Somebody answered: another one would say the same. But a learner answers little.
        if (error instanceof EtcdCallError && !error.message.includes("learner")) throw error;
      }
    }
    throw failure;
  };

  /** The leader that a majority of the voters name at the highest term, by its id. */
  const named = async (): Promise<string | undefined> => {
    const all = await Promise.all(awake().map((member) => status(member).catch(() => undefined)));
    const answers = all.flatMap((answer) => (answer && !answer.isLearner ? [answer] : []));
    const voters = (await memberList()).filter(({ isLearner }) => !isLearner).length;
    const terms = answers.map(({ raftTerm }) => BigInt(raftTerm));
    const highest = terms.toSorted((a, b) => (a < b ? 1 : -1))[0];
    const votes = answers
      .filter((_, index) => terms[index] === highest)
      .map(({ leader }) => leader);
    return votes.find(
      (id) => id !== "0" && votes.filter((vote) => vote === id).length > voters / 2,
    );
  };
  const listOf = (member: EtcdMember) => readMemberList(gateway, member.directEndpoint);
  const memberList = () => askAny(listOf);

  const isHealthy = async () => {
    const asked = awake().filter(({ isolated }) => !isolated);
    const answers = await Promise.all(asked.map(status));
    const [first] = answers;
    if (!first || first.leader === "0") throw new Error("nobody leads");
    for (const [index, { leader, raftTerm, isLearner }] of answers.entries()) {
      const { name, directEndpoint } = asked[index] as EtcdMember;
      if (leader !== first.leader || raftTerm !== first.raftTerm) {
        throw new Error(`${name} does not name the leader that others do`);
      }
      // A learner serves no linearizable reads.
      if (!isLearner) await gateway.call(directEndpoint, "/v3/kv/range", { key: "AA==" });
    }
    return true;
  };

  return {
    status,
    memberList,
    listOf,
    leader: ({ otherThan, timeoutMs = readyTimeoutMs } = {}) =>
      waitUntil(
        async () => {
          const id = await named();
          return members.find((member) => idOf(member) === id && member.name !== otherThan);
        },
        { what: `a leader of etcd${otherThan ? ` other than ${otherThan}` : ""}`, timeoutMs },
      ) as Promise<EtcdMember>,
    async healthy({ timeoutMs = readyTimeoutMs } = {}) {
      await waitUntil(isHealthy, { what: "etcd to be healthy", timeoutMs });
    },
    callAny: (path, body, timeoutMs) =>
      askAny((member) => gateway.call(member.directEndpoint, path, body, timeoutMs)),
  };
}

/** Undefined where it has not been up yet. */
function idOf(member: EtcdMember): string | undefined {
  try {
    return member.id;
  } catch {
    return undefined;
  }
}
