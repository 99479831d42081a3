import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { nodes } from "./nodes.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("two servers of etcd-leader-guard, with leader: transfer, each asked in turn", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { replicas: 2, cluster: { leader: "transfer" } });
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  const uids = () =>
    Promise.all(
      guarded.etcd.members.map(async ({ name }) => (await bed.stored(`pod/${name}`)).metadata.uid),
    );

  it("all pods deleted at once: one goes", async () => {
    const before = await uids();
    await bed.kubectl(["cordon", ...nodes]);
    const deleting = guarded.etcd.members.map(({ name }) =>
      bed.kubectl(["delete", "pod", name, "--wait=false"]),
    );
    const answers = await Promise.all(deleting);
    await bed.kubectl(["uncordon", ...nodes]);
    expect(answers.map(({ exitCode }) => exitCode)).to.have.members([0, 1, 1]);
    await guarded.untilCalm();
    expect((await uids()).filter((uid) => !before.includes(uid))).to.have.length(1);
  });

  it("a drain of every node in turn finishes", async () => {
    for (const node of nodes) {
      const drain = ["drain", node, "--ignore-daemonsets", "--timeout=120s"];
      const { exitCode, stderr } = await bed.kubectl(drain);
      expect(exitCode, stderr).to.equal(0);
      await bed.kubectl(["uncordon", node]);
    }
    await guarded.untilCalm();
    expect(guarded.moves()).to.be.greaterThan(0);
  });

  it("and both have judged", async () => {
    for (const each of await guarded.verdictsOfEach()) expect(each).to.be.greaterThan(0);
  });

  itWasUnharmed(guarded);
});
