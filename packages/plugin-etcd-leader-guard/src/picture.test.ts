import { expect } from "chai";
import { describe, it } from "mocha";
import {
  answer,
  CLUSTER_ID,
  idOf,
  member,
  observed,
  silence,
  status,
  unstarted,
} from "../test/cluster.ts";
import type { Answer, Observation } from "./member-status.ts";
import { isReadable, type Picture, pictureOf } from "./picture.ts";

function readable(observation: Observation, maximumLag = 100): Picture {
  const picture = pictureOf(observation, maximumLag);
  if (!isReadable(picture)) throw new Error(picture.unreadable);
  return picture;
}

function unreadable(observation: Observation): string {
  const picture = pictureOf(observation, 100);
  if (isReadable(picture)) throw new Error(`${picture.leader.name} leads`);
  return picture.unreadable;
}

const healthy = (observation: Observation, maximumLag?: number) => {
  const picture = readable(observation, maximumLag);
  return picture.members.filter(({ id }) => picture.healthy.has(id)).map(({ name }) => name);
};

describe("pictureOf(observation, maximumLag)", () => {
  it("three that are well", () => {
    const picture = readable(observed(3));
    expect(picture.leader.name).to.equal("etcd-0");
    expect(picture).to.include({ clusterId: CLUSTER_ID, term: 7n, quorum: 2 });
    expect([...picture.healthy]).to.deep.equal([idOf(0), idOf(1), idOf(2)]);
    expect(picture.unhealthy.size).to.equal(0);
    expect(picture.notes).to.deep.equal([]);
  });

  it("ids that are one number as a Number stay two", () => {
    expect(Number(idOf(0))).to.equal(Number(idOf(1)));
    const answers = [0, 1, 2].map((index) => answer(index, { leaderId: idOf(1) }));
    expect(readable(observed(3, { answers })).leader.name).to.equal("etcd-1");
    const torn = [answer(0), answer(1, { leaderId: idOf(1) }), silence(2)];
    expect(unreadable(observed(3, { answers: torn }))).to.match(/no majority names one leader/);
  });

  it("a frozen leader still leads, and is unhealthy", () => {
    const picture = readable(
      observed(3, { answers: [silence(0), answer(1), answer(2)], membersFrom: idOf(1) }),
    );
    expect(picture.leader.name).to.equal("etcd-0");
    expect(picture.unhealthy.get(idOf(0))).to.equal("does not answer: deadline exceeded");
    expect(picture.appliedIndex.has(idOf(0))).to.be.false;
  });

  it("a leader that lost its quorum is not believed, though all who answer agree", () => {
    const answers = [answer(0), silence(1), silence(2)];
    expect(unreadable(observed(3, { answers }))).to.equal(
      "1 of 3 voters answered, quorum 2 (http://etcd-1.etcd:2379, " +
        "http://etcd-2.etcd:2379: deadline exceeded)",
    );
    expect(unreadable(observed(4, { answers: [answer(0), answer(1)] }))).to.match(/^2 of 4/);
  });

  it("a leader of a term that is over is a member that is ill", () => {
    const answers = [
      answer(0, { raftTerm: 6n }),
      answer(1, { leaderId: idOf(1) }),
      answer(2, { leaderId: idOf(1) }),
    ];
    const picture = readable(observed(3, { answers, membersFrom: idOf(1) }));
    expect(picture.leader.name).to.equal("etcd-1");
    expect(picture.unhealthy.get(idOf(0))).to.equal("is in term 6");
  });

  it("a voter ahead of the majority's term: an election may be under way", () => {
    const answers = [answer(0), answer(1), answer(2, { raftTerm: 8n, leaderId: "0" })];
    expect(unreadable(observed(3, { answers }))).to.equal(
      "no majority names one leader in term 8: etcd-0 names etcd-0 in term 7, " +
        "etcd-1 names etcd-0 in term 7, etcd-2 names no leader in term 8",
    );
  });

  it("no leader, each its own leader, and two leaders in one term", () => {
    const none = [0, 1, 2].map((index) => answer(index, { leaderId: "0" }));
    expect(unreadable(observed(3, { answers: none }))).to.match(/names no leader in term 7/);
    const each = [0, 1, 2].map((index) => answer(index, { leaderId: idOf(index) }));
    expect(unreadable(observed(3, { answers: each }))).to.match(/no majority names one leader/);
    const two = [0, 1, 2, 3, 4].map((index) =>
      answer(index, { leaderId: idOf(index > 2 ? 3 : 0) }),
    );
    expect(unreadable(observed(5, { answers: two }))).to.match(
      /^split brain: .*etcd-4 names etcd-3/,
    );
  });

  it("a leader that is not in the list, or is a learner in it", () => {
    const answers = [0, 1, 2].map((index) => answer(index, { leaderId: "5" }));
    expect(unreadable(observed(3, { answers }))).to.match(/etcd-0 names member 5 in term 7/);
    const members = [member(0), member(1), member(2), member(3, { isLearner: true })];
    const learner = [0, 1, 2].map((index) => answer(index, { leaderId: idOf(3) }));
    expect(unreadable(observed(3, { answers: learner, members }))).to.match(/no majority/);
  });

  it("endpoints that reach one member count once, and the worse of its answers holds", () => {
    const same = { endpoint: "http://10.0.0.1:2379", status: status(0) };
    expect(unreadable(observed(3, { answers: [answer(0), same, silence(1)] }))).to.match(/^1 of 3/);
    const slow = { ...same, status: status(0, { raftAppliedIndex: 1n }) };
    for (const answers of [
      [answer(0), slow],
      [slow, answer(0)],
    ]) {
      const all = [...answers, answer(1), answer(2)];
      expect(healthy(observed(3, { answers: all, membersFrom: idOf(1) }))).not.to.include("etcd-0");
    }
  });

  it("a member that contradicts itself has no vote", () => {
    const other: Answer = { endpoint: "b", status: status(2, { leaderId: "0" }) };
    const picture = readable(observed(3, { answers: [...observed(3).answers, other] }));
    expect(picture.unhealthy.get(idOf(2))).to.equal("contradicts itself");
    const answers = [answer(0), answer(2), other];
    expect(unreadable(observed(3, { answers }))).to.match(/^1 of 3/);
    const rival: Answer = { endpoint: "b", status: status(2, { leaderId: idOf(2) }) };
    expect(unreadable(observed(3, { answers: [...observed(3).answers, rival] }))).to.match(
      /^split/,
    );
  });

  it("another cluster's id: the minority is ill, equal sides are a split", () => {
    const answers = [answer(0), answer(1), answer(2, { clusterId: "9" })];
    const picture = readable(observed(3, { answers }));
    expect(picture.unhealthy.get(idOf(2))).to.equal("answers for cluster id 9");
    expect(picture.notes).to.deep.equal([`etcd-2 answers for cluster id 9, not ${CLUSTER_ID}`]);
    const even = [
      answer(0),
      answer(1),
      answer(2, { clusterId: "9" }),
      answer(3, { clusterId: "9" }),
    ];
    expect(unreadable(observed(4, { answers: even }))).to.equal(
      `split brain: etcd-0, etcd-1 answered for cluster id ${CLUSTER_ID}; ` +
        "etcd-2, etcd-3 answered for cluster id 9",
    );
  });

  it("the list of one that was made a cluster of its own is not believed", () => {
    const lone = observed(1, { membersFrom: idOf(0) });
    for (const clusterId of [CLUSTER_ID, "9"]) {
      const others = [1, 2].map((index) => answer(index, { clusterId, leaderId: idOf(1) }));
      unreadable({ ...lone, answers: [...lone.answers, ...others] });
    }
  });

  it("a list that is out of date, or from one that is ill or unknown, is not believed", () => {
    const answers = [...observed(3).answers, answer(3)];
    expect(unreadable(observed(3, { answers }))).to.match(
      /out of date: member f{15}c is not in it/,
    );
    const members = [member(0), member(1), member(2), member(3, { isLearner: true })];
    expect(unreadable(observed(3, { answers, members }))).to.match(/etcd-3 is a learner in it/);
    expect(unreadable(observed(3, { membersFrom: undefined }))).to.match(/nobody knows whom/);
    const cut = [answer(0), answer(1), answer(2, { raftTerm: 6n })];
    expect(unreadable(observed(3, { answers: cut, membersFrom: idOf(2) }))).to.equal(
      "the member list is from etcd-2, not from a healthy voter: it is in term 6",
    );
    expect(unreadable(observed(3, { members: undefined }))).to.match(/^no member list was given/);
    expect(unreadable(observed(0))).to.equal(
      "0 of 0 voters answered, quorum 1 (no endpoint was asked)",
    );
  });

  it("unstarted members count as voters, and never as healthy", () => {
    const members = [member(0), member(1), member(2), unstarted(3)];
    const picture = readable(observed(3, { members }));
    expect(picture).to.include({ quorum: 3 });
    expect(picture.unhealthy.get(idOf(3))).to.equal("has not started yet");
    const answers = [...observed(3).answers, answer(3)];
    expect(healthy(observed(3, { members, answers }))).to.deep.equal([
      "etcd-0",
      "etcd-1",
      "etcd-2",
    ]);
  });

  it("learners do not vote, whatever they say", () => {
    const members = [0, 1, 2].map((index) => member(index)).concat(member(3, { isLearner: true }));
    const learner = answer(3, { isLearner: true });
    const picture = readable(observed(3, { members, answers: [...observed(3).answers, learner] }));
    expect(picture).to.include({ quorum: 2 });
    expect([...picture.healthy]).not.to.include(idOf(3));
    expect(unreadable(observed(3, { members, answers: [answer(0), learner] }))).to.match(/^1 of 3/);
    const mistaken = [answer(0), answer(1), answer(2, { isLearner: true })];
    expect(healthy(observed(3, { answers: mistaken }))).to.deep.equal(["etcd-0", "etcd-1"]);
    const few = [answer(0), silence(1), answer(2, { isLearner: true })];
    expect(unreadable(observed(3, { answers: few }))).to.match(/^no majority names one leader/);
  });

  it("errors and lag make a voter ill", () => {
    const alarm = [answer(0), answer(1), answer(2, { errors: ["alarm:NOSPACE", "x"] })];
    expect(readable(observed(3, { answers: alarm })).unhealthy.get(idOf(2))).to.equal(
      "reports alarm:NOSPACE, x",
    );
    // etcd tells everybody of every alarm.
    const raised = { errors: [`memberID:${idOf(2)} alarm:NOSPACE `] };
    const told = observed(3, {
      answers: [answer(0, raised), answer(1, raised), answer(2, raised)],
    });
    expect(readable(told).unhealthy).to.deep.equal(
      new Map([[idOf(2), `reports memberID:${idOf(2)} alarm:NOSPACE`]]),
    );
    const slow = [answer(0), answer(1), answer(2, { raftAppliedIndex: 900n })];
    expect(healthy(observed(3, { answers: slow }), 100)).to.include("etcd-2");
    expect(readable(observed(3, { answers: slow }), 99).unhealthy.get(idOf(2))).to.equal(
      "is 100 raft entries behind",
    );
    const silent = [silence(0), answer(1), answer(2, { raftAppliedIndex: 1n })];
    const more = { answers: silent, membersFrom: idOf(1) };
    expect(healthy(observed(3, more)), "the leader is silent").to.deep.equal(["etcd-1"]);
  });
});
