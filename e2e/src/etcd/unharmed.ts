import { expect } from "chai";
import { it } from "mocha";
import { electionMs, type GuardedEtcd } from "./guarded-etcd.ts";
import { guardTraces } from "./guard-traces.ts";

/** Call it at the end of a `describe`: whatever its tests did, etcd has served all the while. */
export function itWasUnharmed(guarded: GuardedEtcd): void {
  it("and no confirmed write is lost", async () => {
    const { writer } = guarded;
    await writer.next();
    await writer.stop();
    expect(writer.confirmed()).to.be.greaterThan(10);
    expect(await writer.lost()).to.deep.equal([]);
  });

  it("and it was never without a leader for as long as it takes to miss one", () => {
    // Who waits for a leader's word waits for `electionMs` at least before an election by timeout: a
    // shorter pause has none in it. What a slow machine adds makes the pause longer, not shorter.
    expect(guarded.writer.longestGapMs()).to.be.lessThan(electionMs);
  });

  it("and each election was a transfer that somebody asked for", async () => {
    const { term } = await guardTraces(guarded.etcd);
    // With PreVote, which is etcd's default, a member that comes back begins no term.
    expect(Number(term - guarded.firstTerm)).to.equal(guarded.moves() + guarded.movesByOthers);
  });
}
