import type { AdmissionResponse } from "@gatewright/core";
import { deletes, evicts } from "@gatewright/testing";
import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { clearGrants, footprint, grantedMembers } from "../test/etcd-keys.ts";
import { type ForkedServer, forkedServers } from "../test/fork-server.ts";
import { clusterOf, guards } from "../test/guard.ts";
import { podOf } from "../test/pods.ts";

/** Twenty at once: DELETEs and evictions of all members' pods, through all servers, in any order. */
async function fireTwenty(
  etcd: EtcdCluster,
  servers: readonly ForkedServer[],
): Promise<{ allowed: string[]; answers: AdmissionResponse[] }> {
  const pods = etcd.members.map(({ name }) => podOf(name));
  const shots = Array.from({ length: 20 }, (_, index) => {
    const pod = pods[index % pods.length] as (typeof pods)[number];
    const request = Math.random() < 0.5 ? deletes(pod) : evicts(pod);
    const server = servers[Math.floor(Math.random() * servers.length)] as ForkedServer;
    return { pod: pod.metadata.name, fire: () => server.review(request), order: Math.random() };
  }).toSorted((one, other) => one.order - other.order);
  const answers = await Promise.all(shots.map(({ fire }) => fire()));
  const allowed = shots.filter((_, index) => answers[index]?.allowed).map(({ pod }) => pod);
  return { allowed: [...new Set(allowed)].toSorted(), answers };
}

describe("etcd-leader-guard, two server processes", () => {
  const fork = forkedServers();
  const open = guards();

  it("twenty deletions at once at three members: one may go, 100 times", async () => {
    await using etcd = await startEtcd({ members: 3 });
    // One with a lease in store, of which the other knows nothing.
    const cluster = clusterOf(etcd);
    const servers = await Promise.all([fork({ ...cluster, observeSeconds: 1 }), fork(cluster)]);
    const { name: leader } = await etcd.leader();
    for (let round = 0; round < 100; round++) {
      const { allowed, answers } = await fireTwenty(etcd, servers);
      expect(allowed, `round ${round}`).to.have.length(1);
      expect(allowed, `round ${round}`).not.to.include(leader);
      expect(await grantedMembers(etcd), `round ${round}`).to.deep.equal(allowed);
      for (const { allowed: isAllowed, status } of answers) {
        if (!isAllowed) expect(status?.code).to.be.oneOf([403, 429]);
      }
      await clearGrants(etcd);
    }
    expect(await Promise.all(servers.map((server) => server.close()))).to.deep.equal([0, 0]);
    await waitUntil(async () => (await footprint(etcd)).leases === 0, {
      what: "every lease to be given back that no grant used",
    });
  });

  it("and where the leadership moves for it: one, and never the leader of the moment", async () => {
    await using etcd = await startEtcd({ members: 3 });
    const cluster = clusterOf(etcd, { leader: "transfer" });
    const servers = await Promise.all([fork(cluster), fork(cluster)]);
    for (let round = 0; round < 20; round++) {
      const { allowed } = await fireTwenty(etcd, servers);
      expect(allowed, `round ${round}`).to.have.length(1);
      expect(await grantedMembers(etcd), `round ${round}`).to.deep.equal(allowed);
      expect((await etcd.leader()).name, `round ${round}`).not.to.equal(allowed[0]);
      await clearGrants(etcd);
    }
  });

  it("at five members: two may go", async () => {
    await using etcd = await startEtcd({ members: 5 });
    const cluster = clusterOf(etcd, { observeSeconds: 1 });
    const servers = await Promise.all([fork(cluster), fork(cluster)]);
    for (let round = 0; round < 30; round++) {
      const { allowed } = await fireTwenty(etcd, servers);
      expect(allowed, `round ${round}`).to.have.length.within(1, 2);
      expect(await grantedMembers(etcd), `round ${round}`).to.deep.equal(allowed);
      await clearGrants(etcd);
    }
  });

  it("killed with a grant held: the other server waits for its end, then grants", async () => {
    await using etcd = await startEtcd({ members: 3 });
    const cluster = clusterOf(etcd, { grantSeconds: 5 });
    const { name: leader } = await etcd.leader();
    const [one, other] = etcd.members.map(({ name }) => name).filter((name) => name !== leader) as [
      string,
      string,
    ];
    const killed = await fork(cluster);
    const survivor = await open(cluster);
    expect((await killed.review(evicts(podOf(one)))).allowed).to.equal(true);
    await killed.kill();
    const denied = await survivor.evicts(other);
    expect(denied).to.include({ allowed: false, code: 429 });
    expect(denied.message).to.include(`Leave to go is with pod ${one} `);
    expect(await grantedMembers(etcd), "nobody took it from the dead").to.deep.equal([one]);
    await waitUntil(async () => (await survivor.evicts(other)).allowed, { what: "its end" });
    expect(await grantedMembers(etcd)).to.deep.equal([other]);
  });
});
