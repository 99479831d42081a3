import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { listPods } from "./pod-object.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("kubectl scale of five etcd pods to two, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { members: 5, cluster: { leader: "transfer" } });

  const pods = async () =>
    (await listPods(bed.plane, bed.namespace)).map(({ metadata }) => metadata.name);

  it("takes two away, and not the third: the members are still counted", async () => {
    await bed.kubectl(["scale", "statefulset/etcd", "--replicas=2"]);
    // Which two is open: the controller asks for all three at once.
    await waitUntil(async () => (await pods()).length === 3, { what: "two pods to go" });
    await guarded.writer.next();
    const left = await pods();
    expect(left).to.include.members(["etcd-0", "etcd-1"]);
    const [third] = left.filter((name) => name !== "etcd-0" && name !== "etcd-1");
    const denied = new RegExp(`pod ${third} is .*; 3 of 5 voters healthy, quorum 3\\. `);
    await waitUntil(
      async () => {
        const reasons = ["get", "events", "--field-selector=reason=FailedDelete", "-o", "json"];
        const { stdout } = await bed.kubectl(reasons);
        const items: { message: string }[] = JSON.parse(stdout).items;
        return items.some(({ message }) => denied.test(message));
      },
      { what: "the StatefulSet to tell why" },
    );
    expect(await pods()).to.have.members(left);
  });

  it("takes the third away when the members of the first two were removed", async () => {
    const left = await pods();
    for (const { name } of guarded.etcd.members.filter((each) => !left.includes(each.name))) {
      await guarded.etcd.removeMember(name);
    }
    await waitUntil(
      async () => {
        // The controller puts its next try off longer each time; a change is a reason to try now.
        const now = `tests.gatewright.dev/now=${Date.now()}`;
        await bed.kubectl(["annotate", "--overwrite", "statefulset/etcd", now]);
        return (await pods()).length === 2;
      },
      { what: "the third pod to go", intervalMs: 500 },
    );
    await guarded.writer.next();
    expect(await pods()).to.have.members(["etcd-0", "etcd-1"]);
  });

  itWasUnharmed(guarded);
});
