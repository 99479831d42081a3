import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { useTestBed } from "../test-bed.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { nodes } from "./nodes.ts";
import { itWasUnharmed } from "./unharmed.ts";

describe("all etcd pods deleted at once, with etcd-leader-guard and leader: transfer", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { cluster: { leader: "transfer" } });
  afterEach(() => bed.kubectl(["uncordon", ...nodes]));

  const uids = async () => {
    const names = guarded.etcd.members.map(({ name }) => `pod/${name}`);
    return Promise.all(names.map(async (name) => (await bed.stored(name)).metadata.uid));
  };
  const path = () => `/api/v1/namespaces/${bed.namespace}/pods?labelSelector=app%3Detcd`;

  it("by kubectl delete -l: one goes", async () => {
    const before = await uids();
    // So that it cannot be back before the last one is asked for.
    await bed.kubectl(["cordon", ...nodes]);
    const { stdout, stderr, exitCode } = await bed.kubectl(["delete", "pods", "-l", "app=etcd"]);
    await bed.kubectl(["uncordon", ...nodes]);
    expect(exitCode).to.equal(1);
    expect(stdout.match(/ deleted from /g), stdout).to.have.length(1);
    expect(stderr.match(/denied the request/g), stderr).to.have.length(2);
    await guarded.untilCalm();
    expect((await uids()).filter((uid) => !before.includes(uid))).to.have.length(1);
  });

  it("by deletecollection: one goes", async () => {
    const before = await uids();
    await bed.kubectl(["cordon", ...nodes]);
    const { status, body } = await bed.plane.request(path(), { method: "DELETE" });
    await bed.kubectl(["uncordon", ...nodes]);
    expect(status).to.equal(403);
    expect(body.message).to.include('denied the request: etcd cluster "main": pod etcd-');
    await guarded.untilCalm();
    expect((await uids()).filter((uid) => !before.includes(uid))).to.have.length(1);
  });

  itWasUnharmed(guarded);
});
