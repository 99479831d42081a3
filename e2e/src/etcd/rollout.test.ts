import { expect } from "chai";
import { describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("kubectl rollout restart, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { cluster: { leader: "transfer" } });

  it("renews every pod, the leader's too", async () => {
    const before = guarded.etcd.members.map(({ pid }) => pid);
    await bed.kubectl(["rollout", "restart", "statefulset/etcd"]);
    const status = ["rollout", "status", "statefulset/etcd", "--timeout=120s"];
    const { exitCode, stderr } = await bed.kubectl(status);
    expect(exitCode, stderr).to.equal(0);
    await guarded.untilCalm();
    for (const [index, { pid }] of guarded.etcd.members.entries()) {
      expect(pid).to.be.a("number").and.not.equal(before[index]);
    }
    expect(guarded.moves()).to.be.greaterThan(0);
  });

  itWasUnharmed(guarded);
});
