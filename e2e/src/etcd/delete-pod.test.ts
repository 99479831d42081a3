import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { pod } from "../pods.ts";
import { useTestBed } from "../test-bed.ts";
import { guardName, useGuardedEtcd } from "./guarded-etcd.ts";
import { guardTraces } from "./guard-traces.ts";
import { nodes } from "./nodes.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("kubectl delete pod, with etcd-leader-guard", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed);

  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  const uidOf = async (name: string) => (await bed.stored(`pod/${name}`)).metadata.uid as string;
  const uids = async () => Promise.all(guarded.etcd.members.map(({ name }) => uidOf(name)));
  const traces = () => guardTraces(guarded.etcd);
  const denied = (message: string) => ({
    stdout: "",
    stderr: `Error from server (Forbidden): admission webhook "${guardName}" denied the request: ${message}\n`,
    exitCode: 1,
  });
  /** The leader may be told to hand over to any of the others. */
  const leaderDenials = async () => {
    const [leader, ...followers] = await guarded.roles();
    const { term } = await traces();
    return followers.map((to) =>
      denied(
        `etcd cluster "main": pod ${leader} is the leader (member ${leader}, term ${term}); ` +
          "3 of 3 voters healthy, quorum 2. Move the leadership first: etcdctl move-leader " +
          `${BigInt(guarded.etcd.member(to).id).toString(16)} ` +
          `--endpoints ${guarded.etcd.member(leader).endpoint} (to ${to}), or set "leader: transfer".`,
      ),
    );
  };

  it("leader: is denied, as kubectl prints it", async () => {
    const [leader] = await guarded.roles();
    const before = { uids: await uids(), traces: await traces() };
    const answer = await bed.kubectl(["delete", "pod", leader]);
    expect(await leaderDenials()).to.deep.include(answer);
    expect({ uids: await uids(), traces: await traces() }).to.deep.equal(before);
  });

  it("leader, by force: is denied alike", async () => {
    const [leader] = await guarded.roles();
    const { stderr } = await bed.kubectl(["delete", "pod", leader, "--force", "--grace-period=0"]);
    const texts = (await leaderDenials()).map((each) => each.stderr);
    const warning =
      "Warning: Immediate deletion does not wait for confirmation that the running resource has " +
      "been terminated. The resource may continue to run on the cluster indefinitely.\n";
    expect(texts.map((text) => warning + text)).to.include(stderr);
  });

  it("leader, on a dry run: is denied alike, and a follower is not; nothing is done", async () => {
    const [leader, follower = ""] = await guarded.roles();
    const before = { uids: await uids(), traces: await traces() };
    const answer = await bed.kubectl(["delete", "pod", leader, "--dry-run=server"]);
    expect(await leaderDenials()).to.deep.include(answer);
    expect(await bed.kubectl(["delete", "pod", follower, "--dry-run=server"])).to.deep.equal({
      stdout: `pod "${follower}" deleted from ${bed.namespace} namespace (server dry run)\n`,
      stderr: "",
      exitCode: 0,
    });
    expect({ uids: await uids(), traces: await traces() }).to.deep.equal(before);
  });

  it("follower: goes, and no other until it is back", async () => {
    const [, one = "", other = ""] = await guarded.roles();
    const uid = await uidOf(one);
    // So that it cannot come back too soon.
    await bed.kubectl(["cordon", ...nodes]);
    expect(await bed.kubectl(["delete", "pod", one])).to.deep.equal({
      stdout: `pod "${one}" deleted from ${bed.namespace} namespace\n`,
      stderr: "",
      exitCode: 0,
    });
    expect((await traces()).granted).to.deep.equal([one]);

    await waitUntil(async () => (await traces()).gone.length > 0, { what: "its end" });
    expect(await bed.kubectl(["delete", "pod", other])).to.deep.equal(
      denied(
        `etcd cluster "main": pod ${other} is a follower (member ${other}, term ${(await traces()).term}); ` +
          "2 of 3 voters healthy, quorum 2. Without it, 1 would be left. " +
          `Unhealthy: ${one} does not answer: connection refused. Wait until they are healthy, or mend them first. ` +
          `To delete it all the same: kubectl annotate pod ${other} --namespace ${bed.namespace} ` +
          "'etcd-leader-guard.gatewright.dev/break-glass=<why>', " +
          `then kubectl delete pod ${other} --namespace ${bed.namespace}.`,
      ),
    );
    await bed.kubectl(["uncordon", ...nodes]);
    await guarded.untilCalm();
    expect(await uidOf(one)).not.to.equal(uid);
  });

  it("follower, by force: goes, and comes back", async () => {
    const [, follower = ""] = await guarded.roles();
    const uid = await uidOf(follower);
    const missed = guarded.missed();
    await bed.kubectl(["cordon", ...nodes]);
    const { exitCode, stderr } = await bed.kubectl([
      ...["delete", "pod", follower, "--force", "--grace-period=0"],
    ]);
    expect(exitCode, stderr).to.equal(0);
    await waitUntil(() => guarded.missed() > missed, { what: "it to be missed" });
    await bed.kubectl(["uncordon", ...nodes]);
    await guarded.untilCalm();
    expect(await uidOf(follower)).not.to.equal(uid);
  });

  it("all of them: one follower goes, and the rest stays", async () => {
    const [leader, ...followers] = await guarded.roles();
    const before = await uids();
    await bed.kubectl(["cordon", ...nodes]);
    const { stdout, stderr, exitCode } = await bed.kubectl(["delete", "pods", "-l", "app=etcd"]);
    await bed.kubectl(["uncordon", ...nodes]);
    expect(exitCode).to.equal(1);
    const gone = followers.filter((name) => stdout.includes(`pod "${name}" deleted`));
    expect(gone).to.have.length(1);
    expect(stderr).to.include(`pod ${leader} is the leader `);
    expect(stderr.match(/denied the request/g)).to.have.length(2);
    await guarded.untilCalm();
    const after = await uids();
    expect(after.filter((uid) => !before.includes(uid))).to.have.length(1);
  });

  it("a pod that is not etcd's: goes, and etcd is not asked", async () => {
    const before = await guarded.verdicts();
    await bed.kubectl(["create", "-f", "-"], pod("other"));
    const { exitCode, stderr } = await bed.kubectl(["delete", "pod", "other"]);
    expect(exitCode, stderr).to.equal(0);
    expect(await guarded.verdicts()).to.equal(before);
  });

  itWasUnharmed(guarded);
});
