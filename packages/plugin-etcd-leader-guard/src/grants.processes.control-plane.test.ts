import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type EtcdCluster, startEtcd } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { clearGrants, grantedMembers, lifeOf, storedGrants } from "../test/etcd-keys.ts";
import type { Order, Report } from "../test/replica.ts";

describe("createGrants(connections, timeoutMs), in two processes", () => {
  let etcd: EtcdCluster;
  const replicas: ChildProcess[] = [];
  before(async () => {
    etcd = await startEtcd({ members: 3 });
  });
  after(async () => {
    for (const replica of replicas) replica.kill("SIGKILL");
    await etcd.stop();
  });

  async function replica(): Promise<ChildProcess> {
    const child = fork(new URL("../test/replica.ts", import.meta.url), [...etcd.endpoints]);
    replicas.push(child);
    await once(child, "message");
    return child;
  }

  async function tell(child: ChildProcess, order: Order): Promise<Report> {
    child.send(order);
    const [report] = (await once(child, "message")) as [Report];
    return report;
  }

  it("lets one of twenty take a grant, a hundred times", async () => {
    const pair = [await replica(), await replica()];
    const all = (orderOf: (index: number) => Order) =>
      Promise.all(pair.map((child, index) => tell(child, orderOf(index))));
    for (let round = 0; round < 100; round++) {
      await all(() => ({ look: 10 }));
      const taken = (await all((index) => ({ take: `${index}` }))).flat();
      expect(taken, `round ${round}`).to.have.lengthOf(1);
      expect(await grantedMembers(etcd)).to.deep.equal(taken.map(({ member }) => member));
      await clearGrants(etcd);
    }
  });

  it("does not wait for ever for a replica that was killed", async () => {
    const doomed = await replica();
    await tell(doomed, { look: 1 });
    expect(await tell(doomed, { take: "doomed" })).to.have.lengthOf(1);
    doomed.kill("SIGKILL");
    const next = await replica();
    await tell(next, { look: 1 });
    expect(await tell(next, { take: "next" })).to.deep.equal([]);
    const [stored] = await storedGrants(etcd);
    // Nobody keeps it alive. That a lease ends a grant is shown above.
    expect((await lifeOf(etcd, stored?.lease ?? "")).left).to.be.within(0, 60);
  });
});
