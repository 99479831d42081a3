import { expect } from "chai";
import { describe, it } from "mocha";
import { CallFailure } from "./call-failure.ts";
import type { Grants, NewGrant } from "./grants.ts";
import { openLeasing, secondsFor } from "./leasing.ts";

const view = { generation: "1", grants: [] };

/** Grants that refuse the first taking, in etcd's words, and what was done to them. */
function refusing(words: string) {
  const calls: string[] = [];
  const grants = {
    async lease() {
      calls.push("lease");
      return "2";
    },
    async take(_at: unknown, _view: unknown, grant: NewGrant, lease: string) {
      calls.push(`take ${lease}`);
      if (lease === "1") throw new CallFailure("refused", words);
      return { taken: { ...grant, gone: false, lease, revision: "2" }, replaced: undefined, view };
    },
    async dropLease(_at: unknown, lease: string) {
      calls.push(`drop ${lease}`);
    },
  } as unknown as Grants;
  const spare = { lasts: () => true, use: () => "1", refill: async () => {}, drop: async () => {} };
  const leasing = openLeasing({ grants, view: { askingOrder: () => [] }, spare }, 60);
  return { calls, taking: leasing.take([], view, {} as NewGrant) };
}

describe("openLeasing({ grants, view, spare }, seconds)", () => {
  it("takes anew where the lease in store has ended", async () => {
    const { calls, taking } = refusing("requested lease not found");
    expect((await taking).taken).to.include({ lease: "2" });
    expect(calls).to.deep.equal(["take 1", "lease", "take 2"]);
  });

  it("and not where etcd gave up waiting, since that one may be taken yet", async () => {
    for (const words of ["request timed out", "leader changed"]) {
      const { calls, taking } = refusing(words);
      const failure = await taking.catch((error: Error) => error);
      expect(failure).to.have.property("message", words);
      expect(calls).to.deep.equal(["take 1"]);
    }
  });
});

describe("secondsFor(departing, config)", () => {
  it("the grace period and a restart, or grantSeconds where that is more", () => {
    const seconds = (gracePeriodSeconds: number | undefined) =>
      secondsFor({ gracePeriodSeconds }, { grantSeconds: 120 });
    expect([undefined, 0, 300, 1e15].map(seconds)).to.deep.equal([120, 120, 330, 86_400]);
  });
});
