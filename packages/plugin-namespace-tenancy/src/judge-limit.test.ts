import type { Cluster } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { belongsTo, createdBy, namespace } from "../test/objects.ts";
import { judgeLimit } from "./limit.ts";
import { createReservations } from "./reservations.ts";

describe("judgeLimit(name, creator, counting)", () => {
  it("looks at each namespace once, until the cache has another list", async () => {
    let looks = 0;
    const seen = (name: string) => {
      const { metadata } = namespace(name, { ...belongsTo(["bob"]), ...createdBy("alice") });
      const counted = {
        get metadata() {
          looks++;
          return metadata;
        },
      };
      return Object.freeze(counted);
    };
    let list = Object.freeze(["a", "b"].map(seen));
    const cluster = { list: async () => list } as unknown as Cluster;
    const reservations = createReservations("kube-system");
    const { signal } = new AbortController();
    const ask = async (user: string) => {
      const counting = { cluster, reservations, limit: 2, dryRun: true, signal };
      const refusal = await judgeLimit("c", { kind: "User", name: user }, counting);
      return refusal?.message;
    };
    expect(await ask("alice")).to.match(/alice has 2 of at most 2 namespaces$/);
    const once = looks;
    expect(once).to.be.greaterThan(0);
    for (const user of ["alice", "bob", "carol"]) await ask(user);
    expect(looks).to.equal(once);
    list = Object.freeze(list.slice(1));
    expect(await ask("alice")).to.equal(undefined);
    expect(looks).to.be.greaterThan(once);
  });
});
