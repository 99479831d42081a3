import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { guardName, useGuardedEtcd } from "./guarded-etcd.ts";
import { guardTraces } from "./guard-traces.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("a learner's pod, with etcd-leader-guard", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, {
    async prepare({ etcd, untilReady }) {
      await etcd.addMember({ learner: true, start: false });
      await bed.kubectl(["scale", "statefulset/etcd", "--replicas=4"]);
      await untilReady();
    },
  });

  it("is denied, as kubectl prints it", async () => {
    const { term } = await guardTraces(guarded.etcd);
    expect(await bed.kubectl(["delete", "pod", "etcd-3"])).to.deep.equal({
      stdout: "",
      stderr:
        `Error from server (Forbidden): admission webhook "${guardName}" denied the request: ` +
        `etcd cluster "main": pod etcd-3 is a learner (member etcd-3, term ${term}); 3 of 3 voters healthy, quorum 2. ` +
        'A learner that goes has to catch up anew. Wait until it was promoted, or set "learner: allow". ' +
        `To delete it all the same: kubectl annotate pod etcd-3 --namespace ${bed.namespace} ` +
        "'etcd-leader-guard.gatewright.dev/break-glass=<why>', " +
        `then kubectl delete pod etcd-3 --namespace ${bed.namespace}.\n`,
      exitCode: 1,
    });
  });

  it("goes once the learner was promoted, and counts from then on", async () => {
    await guarded.etcd.promote("etcd-3");
    const { stderr, exitCode } = await bed.kubectl(["delete", "pod", "etcd-3", "--wait=false"]);
    expect(exitCode, stderr).to.equal(0);
    expect((await guardTraces(guarded.etcd)).granted).to.deep.equal(["etcd-3"]);
    const [, follower = ""] = await guarded.roles();
    const other = await bed.kubectl(["delete", "pod", follower]);
    expect(other.stderr).to.include("of 4 voters healthy, quorum 3.");
    await guarded.untilCalm();
  });

  itWasUnharmed(guarded);
});

describe("the pod of a member that has never started, with etcd-leader-guard", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, {
    cluster: { learner: "allow" },
    async prepare({ etcd }) {
      // As its own tools add it: etcd learns its name when it starts.
      const peerURLs = ["http://etcd-3.etcd:2380"];
      await etcd.call("/v3/cluster/member/add", { peerURLs });
      await bed.kubectl(["scale", "statefulset/etcd", "--replicas=4"]);
    },
  });

  it("goes, for nothing is lost with it", async () => {
    const { metadata } = await waitUntil(() => bed.stored("pod/etcd-3"), { what: "its pod" });
    expect(await bed.kubectl(["delete", "pod", "etcd-3"])).to.deep.equal({
      stdout: `pod "etcd-3" deleted from ${bed.namespace} namespace\n`,
      stderr: "",
      exitCode: 0,
    });
    const again = await waitUntil(() => bed.stored("pod/etcd-3"), { what: "its pod" });
    expect(again.metadata.uid).not.to.equal(metadata.uid);
  });

  it("but counts as one that is missing: no other may go", async () => {
    const [, follower = ""] = await guarded.roles();
    const { stderr } = await bed.kubectl(["delete", "pod", follower]);
    expect(stderr).to.include(
      `pod ${follower} is a follower (member ${follower}, term ${guarded.firstTerm}); 3 of 4 voters healthy, quorum 3. ` +
        "Without it, 2 would be left.",
    );
    expect(stderr).to.match(/Unhealthy: member [0-9a-f]+ has not started yet\./);
  });

  it("is nobody's when the member was removed, and goes with its replica", async () => {
    const list = await guarded.etcd.memberList();
    const ID = list.find(({ name }) => name === "")?.id;
    await guarded.etcd.call("/v3/cluster/member/remove", { ID });
    await bed.kubectl(["scale", "statefulset/etcd", "--replicas=3"]);
    const gone = ["wait", "pod/etcd-3", "--for=delete", "--timeout=30s"];
    expect((await bed.kubectl(gone)).exitCode).to.equal(0);
    const [, follower = ""] = await guarded.roles();
    const { exitCode, stderr } = await bed.kubectl(["delete", "pod", follower]);
    expect(exitCode, stderr).to.equal(0);
    await guarded.pods.untilReady();
  });

  itWasUnharmed(guarded);
});
