import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { guardTraces } from "./guard-traces.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { nodes } from "./nodes.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("five members, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { members: 5, cluster: { leader: "transfer" } });
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  const deletes = (...names: string[]) => bed.kubectl(["delete", "pod", ...names, "--wait=false"]);

  it("two are away at once, the leader one of them, and no third may go", async () => {
    const [leader, one = "", other = ""] = await guarded.roles();
    // So that they stay away until all was asked.
    await bed.kubectl(["cordon", ...nodes]);
    const { exitCode, stderr } = await deletes(leader, one);
    expect(exitCode, stderr).to.equal(0);
    expect((await guardTraces(guarded.etcd)).granted).to.have.members([leader, one]);
    const third = await deletes(other);
    expect(third.stderr).to.match(/of 5 voters healthy, quorum 3\. .* 2 would be left/s);
    await guarded.writer.next();
    await bed.kubectl(["uncordon", ...nodes]);
    await guarded.untilCalm();
    // The second may be whom the leadership went to.
    expect(guarded.moves()).to.be.within(1, 2);
  });

  it("all five asked for at once: two go at most, and one at least", async () => {
    await bed.kubectl(["cordon", ...nodes]);
    const answers = await Promise.all(guarded.etcd.members.map(({ name }) => deletes(name)));
    expect(answers.filter(({ exitCode }) => exitCode === 0)).to.have.length.within(1, 2);
    await guarded.writer.next();
    await bed.kubectl(["uncordon", ...nodes]);
    await guarded.untilCalm();
  });

  itWasUnharmed(guarded);
});
