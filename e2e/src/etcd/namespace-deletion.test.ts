import { expect } from "chai";
import { describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("kubectl delete namespace, with etcd-leader-guard and leader: deny", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed);

  it("on a dry run: harms nobody", async () => {
    const { exitCode, stderr } = await bed.kubectl([
      ...["delete", "namespace", bed.namespace, "--dry-run=server"],
    ]);
    expect(exitCode, stderr).to.equal(0);
    await guarded.writer.next();
  });

  itWasUnharmed(guarded);

  it("finishes, the leader's pod and the quorum with it", async () => {
    const { exitCode, stderr } = await bed.kubectl([
      ...["delete", "namespace", bed.namespace, "--timeout=90s"],
    ]);
    expect(exitCode, stderr).to.equal(0);
    expect(guarded.etcd.members.filter(({ running }) => running)).to.deep.equal([]);
    expect(await guarded.verdicts("allow", "controller")).to.be.greaterThan(0);
  });
});
