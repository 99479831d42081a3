import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { answer, CLUSTER_ID, idOf, member, observed } from "../test/cluster.ts";
import type { Answer } from "./member-status.ts";
import { isReadable, pictureOf } from "./picture.ts";

describe("pictureOf(observation, maximumLag): properties", () => {
  it("what a learner says adds nothing, and no order of answers matters", () => {
    const statuses = fc.record({
      index: fc.nat(4),
      leaderId: fc.constantFrom("0", idOf(0), idOf(1)),
      raftTerm: fc.constantFrom(6n, 7n),
      clusterId: fc.constantFrom(CLUSTER_ID, CLUSTER_ID, CLUSTER_ID, "9"),
    });
    const said = fc.array(statuses, { maxLength: 7 });
    fc.assert(
      fc.property(said, said, fc.infiniteStream(fc.nat()), (voters, learners, order) => {
        const members = [0, 1, 2, 3, 4].map((index) => member(index, { isLearner: index === 4 }));
        const own = voters.map(({ index, ...more }) => answer(index % 4, more));
        const theirs = learners.map((more) => answer(4, { ...more, isLearner: true }));
        const see = (answers: readonly Answer[]) => pictureOf(observed(5, { members, answers }), 0);
        const alone = see(own);
        const together = see([...theirs, ...own]);
        if (isReadable(together)) {
          if (!isReadable(alone)) throw new Error("readable through learners");
          expect([...together.healthy]).to.deep.equal([...alone.healthy]);
          expect(together.leader).to.deep.equal(alone.leader);
        }
        const ranks = new Map(own.map((each) => [each, order.next().value]));
        const shuffled = see(own.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)));
        expect(isReadable(shuffled)).to.equal(isReadable(alone));
        if (isReadable(shuffled) && isReadable(alone)) {
          expect(shuffled.leader).to.deep.equal(alone.leader);
          expect([...shuffled.healthy]).to.deep.equal([...alone.healthy]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
