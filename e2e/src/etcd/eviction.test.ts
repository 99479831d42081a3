import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { guardTraces } from "./guard-traces.ts";
import { nodes } from "./nodes.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("an eviction, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { cluster: { leader: "transfer" } });
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  const evict = (name: string, more: object = {}) =>
    bed.plane.request(`/api/v1/namespaces/${bed.namespace}/pods/${name}/eviction`, {
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name }, ...more },
    });
  const uidOf = async (name: string) => (await bed.stored(`pod/${name}`)).metadata.uid as string;
  const traces = () => guardTraces(guarded.etcd);

  it("whose deleteOptions alone say dry run: takes no grant and moves no leader", async () => {
    const [leader, follower = ""] = await guarded.roles();
    const before = await traces();
    for (const name of [leader, follower]) {
      const { status, text } = await evict(name, { deleteOptions: { dryRun: ["All"] } });
      expect(status, text).to.equal(201);
    }
    expect(await guarded.verdicts("allow", "leader-transfer"), "it was asked").to.equal(1);
    expect(await traces()).to.deep.equal(before);
  });

  it("by kubectl drain --dry-run=server: takes no grant and moves no leader", async () => {
    const [leader] = await guarded.roles();
    const [uid, before] = [await uidOf(leader), await traces()];
    const { nodeName } = (await bed.stored(`pod/${leader}`)).spec;
    const drain = ["drain", nodeName, "--ignore-daemonsets", "--dry-run=server"];
    const { stdout, stderr, exitCode } = await bed.kubectl(drain);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.include(`evicting pod ${bed.namespace}/${leader} (server dry run)\n`);
    expect(await traces()).to.deep.equal(before);
    expect(await uidOf(leader)).to.equal(uid);
  });

  it("that the PodDisruptionBudget refuses after the grant: is tried again, and goes on", async () => {
    const [, follower = "", other = ""] = await guarded.roles();
    const allow = async (maxUnavailable: number) => {
      const patch = JSON.stringify({ spec: { maxUnavailable } });
      await bed.kubectl(["patch", "poddisruptionbudget/etcd", "--patch", patch]);
      await waitUntil(
        async () => {
          const { metadata, status } = await bed.stored("poddisruptionbudget/etcd");
          return (
            status.observedGeneration === metadata.generation &&
            status.disruptionsAllowed === maxUnavailable
          );
        },
        { what: "the budget to be counted" },
      );
    };
    const uid = await uidOf(follower);
    const { nodeName } = (await bed.stored(`pod/${follower}`)).spec;
    const refused = await guarded.verdicts("allow", "follower");

    await allow(0);
    const draining = bed.kubectl(["drain", nodeName, "--ignore-daemonsets", "--timeout=120s"]);
    await waitUntil(async () => (await guarded.verdicts("allow", "follower")) >= refused + 2, {
      what: "the drain to try again",
    });
    expect((await traces()).granted).to.deep.equal([follower]);
    expect(await uidOf(follower)).to.equal(uid);
    const { status, headers, body } = await evict(other);
    expect(status, "while the grant is held").to.equal(429);
    expect(headers["retry-after"]).to.equal("1");
    expect(body.message).to.match(
      new RegExp(
        `etcd cluster "main": pod ${other} is a follower \\(.*\\); 3 of 3 voters healthy, quorum 2\\. ` +
          `Leave to go is with pod ${follower} \\(since .*Z\\) until healthy again; without ${other} as well, 1 would be left\\. ` +
          "Wait, then try again\\.$",
      ),
    );

    await allow(1);
    const { stderr, exitCode } = await draining;
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.include("Cannot evict pod as it would violate the pod's disruption budget.");
    await guarded.untilCalm();
    expect(await uidOf(follower)).not.to.equal(uid);
  });

  itWasUnharmed(guarded);
});
