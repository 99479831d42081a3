import { expect } from "chai";
import { before, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { guardName, useGuardedEtcd } from "./guarded-etcd.ts";
import { guardTraces } from "./guard-traces.ts";
import { itWasUnharmed } from "./unharmed.ts";

const annotation = "etcd-leader-guard.gatewright.dev/break-glass";
const warningOf = (why: string) =>
  `Warning: etcd-leader-guard was passed by without a look at the cluster: ${why}\n`;

describe("breaking the glass of etcd-leader-guard", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { breakGlass: { users: ["alice"] } });
  before("let alice and bob edit", async () => {
    for (const user of ["alice", "bob"]) {
      const role = ["--clusterrole=edit", `--user=${user}`];
      await bed.kubectl(["create", "rolebinding", user, ...role]);
    }
  });

  /** What the guard has left in the API server's audit log of this pod's deletion. */
  const audited = async (pod: string) =>
    (await bed.cluster.auditEvents())
      .filter(({ objectRef }) => objectRef?.namespace === bed.namespace && objectRef.name === pod)
      .flatMap(({ annotations = {} }) => annotations[`${guardName}/break-glass`] ?? []);
  const deletes = (pod: string, user: string) =>
    bed.plane.kubectl(["--namespace", bed.namespace, "delete", "pod", pod], { user });

  it("user: deletes the leader's pod, with a warning; another is denied", async () => {
    const [leader] = await guarded.roles();
    expect((await deletes(leader, "bob")).stderr).to.include(`pod ${leader} is the leader `);
    expect(await deletes(leader, "alice")).to.deep.equal({
      stdout: `pod "${leader}" deleted from ${bed.namespace} namespace\n`,
      stderr: warningOf('user "alice" may break the glass'),
      exitCode: 0,
    });
    // etcd itself hands over when it is told to stop.
    guarded.movesByOthers++;
    expect(await audited(leader)).to.deep.equal(['alice: user "alice" may break the glass']);
    expect((await guardTraces(guarded.etcd)).granted, "it counts").to.deep.equal([leader]);
    await guarded.untilCalm();
  });

  it("annotation: lets the leader's pod go, with the reason in the warning", async () => {
    const [leader] = await guarded.roles();
    const annotate = (why: string) =>
      bed.kubectl(["annotate", "--overwrite", "pod", leader, `${annotation}=${why}`]);
    await annotate("");
    expect((await deletes(leader, "bob")).stderr, "no reason is none").to.include("is the leader ");
    await annotate("its disk is broken");
    expect(await deletes(leader, "bob")).to.deep.equal({
      stdout: `pod "${leader}" deleted from ${bed.namespace} namespace\n`,
      stderr: warningOf(`annotation ${annotation}: its disk is broken`),
      exitCode: 0,
    });
    guarded.movesByOthers++;
    expect(await audited(leader)).to.deep.include(
      `bob: annotation ${annotation}: its disk is broken`,
    );
    await guarded.untilCalm();
  });

  itWasUnharmed(guarded);
});
