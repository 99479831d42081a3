import { expect } from "chai";
import { describe, it } from "mocha";
import { answer, idOf, member, silence, status } from "../test/cluster.ts";
import { errorOf, hexId, opinionsOf, silenceOf, titleOf } from "./opinions.ts";

describe("opinionsOf(answers)", () => {
  it("of two answers of one member the worse holds", () => {
    const more = { raftIndex: 1100n, raftAppliedIndex: 900n, errors: ["alarm"] };
    const { of, all, contradictory } = opinionsOf([
      answer(0),
      { endpoint: "b", status: status(0, more) },
      answer(1),
      silence(2),
    ]);
    expect([...of]).to.deep.equal([
      [idOf(0), status(0, more)],
      [idOf(1), status(1)],
    ]);
    expect(all).to.have.length(3);
    expect(contradictory.size).to.equal(0);
  });

  it("a member that contradicts itself has none, however often it agrees afterwards", () => {
    for (const more of [
      { leaderId: "0" },
      { raftTerm: 8n },
      { clusterId: "9" },
      { isLearner: true },
    ]) {
      const other = { endpoint: "b", status: status(0, more) };
      const { of, contradictory } = opinionsOf([answer(0), other, answer(0)]);
      expect(of.size).to.equal(0);
      expect([...contradictory]).to.deep.equal([idOf(0)]);
    }
  });
});

describe("words", () => {
  it("silenceOf and errorOf: what the endpoints said", () => {
    expect(silenceOf([answer(0), silence(1, "a"), silence(2, "b")])).to.equal(
      "http://etcd-1.etcd:2379: a; http://etcd-2.etcd:2379: b",
    );
    expect(silenceOf([])).to.equal("no endpoint was asked");
    expect(silenceOf([answer(0)])).to.equal("all endpoints asked did answer");
    const slashed = { endpoint: "http://etcd-1.etcd:2379/", error: "c" };
    expect(errorOf(member(1), [answer(1), slashed])).to.equal("c");
    expect(errorOf(member(2), [slashed])).to.be.undefined;
  });

  it("titleOf and hexId: ids as etcdctl has them", () => {
    expect(hexId("18446744073709551615")).to.equal("ffffffffffffffff");
    expect(hexId("18446744073709551614")).to.equal("fffffffffffffffe");
    expect(titleOf(idOf(1), [member(1)])).to.equal("etcd-1");
    expect(titleOf(idOf(1), [member(1, { name: "" })])).to.equal("member fffffffffffffffe");
    expect(titleOf("0", [])).to.equal("no leader");
  });
});
