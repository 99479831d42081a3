import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { answer, idOf, member, silence, unstarted } from "../test/cluster.ts";
import { ask, grant, policy } from "../test/question.ts";
import type { Member } from "./member-status.ts";
import { type Picture, pictureOf, quorumOf } from "./picture.ts";
import type { Policy } from "./policy.ts";

/** A picture as `pictureOf` would make it, of voters that are healthy or not. */
function pictured(healthy: readonly boolean[], leader: number): Picture {
  const voters = healthy.map((_, index) => member(index));
  return {
    clusterId: "1",
    term: 7n,
    leader: voters[leader] as Member,
    members: voters,
    voters,
    learners: [],
    quorum: quorumOf(voters.length),
    healthy: new Set(voters.filter((_, index) => healthy[index]).map(({ id }) => id)),
    unhealthy: new Map(),
    appliedIndex: new Map(voters.map(({ id }, index) => [id, BigInt(index)])),
    notes: [],
  };
}

describe("decide(question): properties", () => {
  it("all states of up to five voters: allowed exactly where a quorum is left, the leader never", () => {
    for (let size = 3; size <= 5; size++) {
      for (let bits = 0; bits < 4 ** size; bits++) {
        const voters = Array.from({ length: size }, (_, index) => index);
        const isHealthy = voters.map((index) => ((bits >> index) & 1) === 1);
        const isGranted = voters.map((index) => ((bits >> (size + index)) & 1) === 1);
        const grants = voters.filter((index) => isGranted[index]).map(grant);
        const picture = pictured(isHealthy, 0);
        for (const target of voters) {
          const left = voters.filter((each) => {
            return isHealthy[each] && !isGranted[each] && each !== target;
          });
          const survives = left.length >= Math.floor(size / 2) + 1;
          const kind = (leader: Policy["leader"], dryRun: boolean) =>
            ask(`etcd-${target}`, picture, { grants, policy: { ...policy, leader }, dryRun }).kind;
          const isLeader = target === 0;
          expect(kind("deny", false)).to.equal(survives && !isLeader ? "grant" : "deny");
          const granted = isLeader ? "transfer" : "grant";
          expect(kind("transfer", false)).to.equal(survives ? granted : "deny");
          expect(kind("transfer", true)).to.equal(survives ? "allow" : "deny");
        }
      }
    }
  });

  it("whatever the members say, those that stay behind are a quorum", () => {
    const ill = fc.record({
      silent: fc.boolean(),
      raftTerm: fc.constantFrom(7n, 7n, 7n, 6n),
      leader: fc.constantFrom(0, 0, 0, 1, undefined),
      clusterId: fc.constantFrom("1", "1", "2"),
      raftAppliedIndex: fc.constantFrom(1000n, 950n, 1n),
      errors: fc.constantFrom([], [], ["alarm"]),
      kind: fc.constantFrom("voter", "voter", "learner", "unstarted"),
      granted: fc.boolean(),
    });
    const well = ill.map((each) => ({
      ...each,
      silent: false,
      raftTerm: 7n,
      leader: 0,
      clusterId: "1",
      raftAppliedIndex: 1000n,
      errors: [],
      kind: "voter",
      granted: false,
    }));
    const said = fc.oneof({ weight: 3, arbitrary: well }, { weight: 1, arbitrary: ill });
    const cluster = fc.array(said, { minLength: 1, maxLength: 9 });
    let allowed = 0;
    fc.assert(
      fc.property(cluster, fc.nat(8), fc.nat(8), fc.boolean(), (all, pick, giver, transfers) => {
        const members = all.map(({ kind }, index) =>
          kind === "unstarted"
            ? unstarted(index)
            : member(index, { isLearner: kind === "learner" }),
        );
        const answers = all.map((each, index) => {
          const { silent, leader, kind, raftTerm, clusterId, raftAppliedIndex, errors } = each;
          if (silent || kind === "unstarted") return silence(index);
          return answer(index, {
            raftTerm,
            clusterId,
            raftAppliedIndex,
            errors,
            leaderId: leader === undefined ? "0" : idOf(leader),
            isLearner: kind === "learner",
          });
        });
        const target = pick % all.length;
        const grants = all.flatMap(({ granted }, index) => (granted ? [grant(index)] : []));
        const decision = ask(
          `etcd-${target}`,
          pictureOf({ members, answers, membersFrom: idOf(giver % all.length) }, 100),
          { grants, policy: { ...policy, leader: transfers ? "transfer" : "deny" } },
        );
        if (decision.kind === "deny") return;
        allowed++;
        expect(all[target]?.kind).not.to.equal("learner");
        // Apart from the code: who is left, of those that say what the majority says.
        const voters = all.filter(({ kind }) => kind !== "learner").length;
        const lead = decision.kind === "transfer" ? target : undefined;
        const left = all.filter((each, index) => {
          const well = each.kind === "voter" && !each.silent && each.errors.length === 0;
          const leads = lead === undefined || each.leader === lead;
          return well && leads && each.raftAppliedIndex > 899n && !each.granted && index !== target;
        });
        const agreeing = Map.groupBy(
          left,
          (each) => `${each.leader} ${each.raftTerm} ${each.clusterId}`,
        );
        const most = Math.max(0, ...[...agreeing.values()].map(({ length }) => length));
        expect(most).to.be.at.least(Math.floor(voters / 2) + 1);
        if (decision.kind === "transfer") {
          expect(left).to.include(all[members.indexOf(decision.to)]);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(allowed).to.be.greaterThan(1000);
  });
});
