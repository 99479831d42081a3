import { expect } from "chai";
import { describe, it } from "mocha";
import { answer, idOf, member, observed, silence, unstarted } from "../test/cluster.ts";
import { ask, grant, policy } from "../test/question.ts";
import { contended, type Decision, transferFailed } from "./decision.ts";
import type { Observation } from "./member-status.ts";
import { isReadable, pictureOf } from "./picture.ts";
import type { Grant, Policy } from "./policy.ts";

const lenient: Policy = {
  leader: "transfer",
  singleMember: "allow",
  twoMembers: "allow",
  learner: "allow",
  unreadable: "allow",
};

const see = (observation: Observation) => pictureOf(observation, 100);
const outcome = (decision: Decision) => `${decision.kind} ${decision.reason}`;
const messageOf = (decision: Decision) => (decision.kind === "deny" ? decision.message : "");
const oneDown = observed(3, { answers: [answer(0), answer(1), silence(2)] });

describe("decide(question)", () => {
  it("the leader: denied, with the command that moves the leadership", () => {
    const decision = ask("etcd-0", see(observed(3)));
    expect(outcome(decision)).to.equal("deny leader");
    expect(messageOf(decision)).to.equal(
      'etcd cluster "main": pod etcd-0 is the leader (member etcd-0, term 7); 3 of 3 voters healthy, quorum 2. ' +
        "Move the leadership first: etcdctl move-leader fffffffffffffffe --endpoints http://etcd-0.etcd:2379 (to etcd-1), " +
        'or set "leader: transfer".',
    );
  });

  it("the leader, to be transferred: to the healthy voter without grant that applied the most", () => {
    const answers = [
      answer(0),
      answer(1, { raftAppliedIndex: 997n }),
      answer(2, { raftAppliedIndex: 998n }),
      answer(3, { raftAppliedIndex: 999n }),
      answer(4, { errors: ["corrupt"] }),
    ];
    const picture = see(observed(5, { answers }));
    const transfer: Policy = { ...policy, leader: "transfer" };
    const to = (grants: Grant[]) => ask("etcd-0", picture, { policy: transfer, grants });
    expect(to([])).to.deep.include({ kind: "transfer", to: member(3), target: member(0) });
    expect(outcome(to([grant(3)]))).to.equal("deny granted-elsewhere");
    expect(outcome(ask("etcd-0", picture, { policy: transfer, dryRun: true }))).to.equal(
      "allow leader-transfer",
    );
    const even = see(observed(5));
    expect(ask("etcd-0", even, { policy: transfer, grants: [grant(1)] })).to.deep.include({
      kind: "transfer",
      to: member(2),
    });
  });

  it("nobody else while the leadership is being moved, whatever the quorum", () => {
    const moving = { ...grant(0), movingTo: idOf(1) };
    const asked = (pod: string) => ask(pod, see(observed(5)), { grants: [moving] });
    for (const pod of ["etcd-1", "etcd-2"]) {
      expect(outcome(asked(pod)), pod).to.equal("deny granted-elsewhere");
      expect(messageOf(asked(pod))).to.match(/is just being moved away from pod etcd-0\. Wait/);
    }
    const moved = { ...moving, movingTo: undefined };
    expect(outcome(ask("etcd-2", see(observed(5)), { grants: [moved] }))).to.equal(
      "grant follower",
    );
  });

  it("a leader that answers nobody is not asked to give up", () => {
    const answers = [silence(0), ...[1, 2, 3, 4].map((index) => answer(index))];
    const picture = see(observed(5, { answers, membersFrom: idOf(1) }));
    for (const each of [policy, lenient]) {
      const decision = ask("etcd-0", picture, { policy: each });
      expect(outcome(decision)).to.equal("deny leader");
      expect(messageOf(decision)).to.match(/is the leader, and unhealthy .*does not answer/);
    }
  });

  it("a follower: a grant, or in a dry run its decision alone", () => {
    const decision = ask("etcd-1", see(observed(3)));
    expect(decision).to.deep.equal({ kind: "grant", reason: "follower", target: member(1) });
    expect(ask("etcd-1", see(observed(3)), { dryRun: true })).to.deep.equal({
      kind: "allow",
      reason: "follower",
    });
    expect(outcome(ask("etcd-2", see(oneDown)))).to.equal("grant follower");
    expect(outcome(ask("etcd-1", see(observed(3)), { grants: [grant(1)] }))).to.equal(
      "grant follower",
    );
  });

  it("the last that is needed", () => {
    const decision = ask("etcd-1", see(oneDown));
    expect(outcome(decision)).to.equal("deny quorum");
    expect(messageOf(decision)).to.equal(
      'etcd cluster "main": pod etcd-1 is a follower (member etcd-1, term 7); 2 of 3 voters healthy, quorum 2. ' +
        "Without it, 1 would be left. Unhealthy: etcd-2 does not answer: deadline exceeded. " +
        "Wait until they are healthy, or mend them first. To delete it all the same: " +
        "kubectl annotate pod etcd-1 --namespace etcd 'etcd-leader-guard.gatewright.dev/break-glass=<why>', " +
        "then kubectl delete pod etcd-1 --namespace etcd.",
    );
    expect(outcome(ask("etcd-0", see(oneDown), { policy: lenient }))).to.equal("deny quorum");
  });

  it("one at a time", () => {
    const decision = ask("etcd-1", see(observed(3)), { grants: [grant(2)] });
    expect(outcome(decision)).to.equal("deny granted-elsewhere");
    expect(messageOf(decision)).to.include(
      "Leave to go is with pod etcd-2 (since 2026-01-02T03:04:05Z) until healthy again; " +
        "without etcd-1 as well, 1 would be left. Wait, then try again.",
    );
    const wait = (leader: Policy["leader"]) =>
      messageOf(
        ask("etcd-0", see(observed(3)), { grants: [grant(2)], policy: { ...policy, leader } }),
      );
    expect(wait("deny"), "it would be denied as the leader next").to.match(
      /Wait, and move the leadership to another member: the leader's pod is denied then as well\.$/,
    );
    expect(wait("transfer")).to.match(/Wait, then try again\.$/);
    expect(outcome(ask("etcd-1", see(oneDown), { grants: [grant(2)] }))).to.equal("deny quorum");
    expect(outcome(ask("etcd-1", see(observed(5)), { grants: [grant(2)] }))).to.equal(
      "grant follower",
    );
    const stray = { ...grant(2), memberId: "5" };
    expect(outcome(ask("etcd-1", see(observed(3)), { grants: [stray] }))).to.equal(
      "grant follower",
    );
  });

  it("not for ever: one that has had leave for long, and has stayed", () => {
    const own = grant(1);
    const since = Date.parse(own.since);
    const asked = (grants: Grant[], more: object = {}) =>
      outcome(ask("etcd-1", see(observed(3)), { grants, now: since + 120_001, ...more }));
    expect(asked([own])).to.equal("deny stayed");
    expect(asked([own], { now: since + 120_000 }), "for so long it may").to.equal("grant follower");
    expect(asked([own], { dryRun: true })).to.equal("deny stayed");
    expect(asked([{ ...own, gone: true }]), "that pod went").to.equal("grant follower");
    const known = { ...own, podUid: "one" };
    expect(asked([known], { podUid: "other" }), "another pod").to.equal("grant follower");
    expect(asked([known], { podUid: "one" })).to.equal("deny stayed");
    expect(asked([known]), "of which nothing is known").to.equal("deny stayed");
    expect(asked([{ ...own, since: "" }]), "since nobody knows when").to.equal("grant follower");
    const message = messageOf(
      ask("etcd-1", see(observed(3)), { grants: [own], now: since + 120_001 }),
    );
    expect(message).to.include(
      "It has had leave to go since 2026-01-02T03:04:05Z and has not gone, while others wait. " +
        "See to what keeps it, such as a PodDisruptionBudget; its leave ends by itself, then try again.",
    );
    const leader = { grants: [{ ...own, memberId: idOf(0) }], policy: lenient };
    const late = { ...leader, now: since + 120_001 };
    expect(outcome(ask("etcd-0", see(observed(3)), late))).to.equal("deny stayed");
  });

  it("one voter, and two", () => {
    expect(outcome(ask("etcd-0", see(observed(1))))).to.equal("deny single-member");
    expect(outcome(ask("etcd-0", see(observed(1)), { policy: lenient }))).to.equal(
      "allow single-member",
    );
    const two = see(observed(2));
    expect(outcome(ask("etcd-1", two))).to.equal("deny two-members");
    expect(outcome(ask("etcd-0", two))).to.equal("deny two-members");
    expect(outcome(ask("etcd-1", two, { policy: lenient }))).to.equal("grant follower");
    expect(outcome(ask("etcd-0", two, { policy: lenient }))).to.equal("transfer leader-transfer");
    const noTransfer: Policy = { ...lenient, leader: "deny" };
    expect(outcome(ask("etcd-0", two, { policy: noTransfer }))).to.equal("deny leader");
    const other = { policy: lenient, grants: [grant(0)] };
    expect(outcome(ask("etcd-1", two, other))).to.equal("deny granted-elsewhere");
    const learners = observed(1, { members: [member(0), member(1, { isLearner: true })] });
    expect(outcome(ask("etcd-0", see(learners)))).to.equal("deny single-member");
  });

  it("learners, members that never started, and pods that are none", () => {
    const members = [member(0), member(1), member(2), member(3, { isLearner: true })];
    expect(outcome(ask("etcd-3", see(observed(3, { members }))))).to.equal("deny learner");
    const all = { policy: lenient };
    expect(outcome(ask("etcd-3", see(observed(3, { members })), all))).to.equal("grant learner");
    const late = see(observed(3, { members: [member(0), member(1), member(2), unstarted(3)] }));
    expect(outcome(ask("etcd-3", late)), "4 voters, 3 healthy").to.equal("grant follower");
    const decision = ask("etcd-1", late);
    expect(messageOf(decision)).to.match(/member f{15}c has not started yet/);
    expect(outcome(ask("backup", see(observed(3))))).to.equal("allow not-a-member");
    expect(outcome(ask("backup", see(observed(4))))).to.equal("deny unmappable");
  });

  it("a cluster that cannot be read", () => {
    const decision = ask("etcd-1", { unreadable: "1 of 3 voters answered" });
    expect(outcome(decision)).to.equal("deny unreadable");
    expect(messageOf(decision)).to.match(
      /cannot be read: 1 of 3 voters answered\. Nobody can tell/,
    );
    expect(outcome(ask("etcd-1", { unreadable: "" }, { policy: lenient }))).to.equal(
      "allow unreadable",
    );
  });

  it("what only the caller finds out", () => {
    const place = { cluster: "main", namespace: "etcd", pod: "etcd-0", annotation: "a" };
    const picture = see(observed(3));
    if (!isReadable(picture)) throw new Error("unreadable");
    expect(contended(place)).to.include({ kind: "deny", reason: "contended" });
    const both = { target: member(0), to: member(1) };
    expect(transferFailed(place, picture, both, "it said no")).to.include({
      reason: "transfer-failed",
      message:
        'etcd cluster "main": pod etcd-0 is the leader (member etcd-0, term 7); 3 of 3 voters healthy, quorum 2. ' +
        "Its leadership was to go to etcd-1, and did not: it said no. Try again, or move it by hand: " +
        "etcdctl move-leader fffffffffffffffe --endpoints http://etcd-0.etcd:2379 (to etcd-1).",
    });
  });
});
