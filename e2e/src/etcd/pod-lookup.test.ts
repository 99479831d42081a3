import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod } from "../pods.ts";
import { type TestBed, useTestBed } from "../test-bed.ts";
import { guardTraces } from "./guard-traces.ts";
import { useGuardedEtcd } from "./guarded-etcd.ts";
import { itWasUnharmed } from "./unharmed.ts";

const evict = (bed: TestBed, name: string) =>
  bed.plane.request(`/api/v1/namespaces/${bed.namespace}/pods/${name}/eviction`, {
    body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } },
  });

describe("an eviction, with etcd-leader-guard and podLookup: cluster", () => {
  const bed = useTestBed();
  const guarded = useGuardedEtcd(bed, { podLookup: "cluster", cluster: { grantSeconds: 20 } });

  it("takes a grant for the very pod, that lives as long as its grace period needs", async () => {
    const [, follower = ""] = await guarded.roles();
    const { metadata, spec } = await bed.stored(`pod/${follower}`);
    expect((await evict(bed, follower)).status).to.equal(201);
    const { grants } = await guardTraces(guarded.etcd);
    expect(grants).to.have.length(1);
    expect(grants[0]).to.include({ member: follower, podUid: metadata.uid });
    const { grantedTTL } = await guarded.etcd.call("/v3/lease/timetolive", {
      ID: grants[0]?.lease,
    });
    expect(Number(grantedTTL)).to.equal(spec.terminationGracePeriodSeconds + 30);
    await guarded.untilCalm();
  });

  it("lets a pod go by its labels, unjudged", async () => {
    const before = await guarded.verdicts();
    await bed.kubectl(["create", "-f", "-"], pod("other"));
    expect((await evict(bed, "other")).status).to.equal(201);
    expect(await guarded.verdicts()).to.equal(before);
  });

  itWasUnharmed(guarded);
});

for (const podLookup of ["name", "cluster"] as const) {
  describe(`an eviction, with etcd-leader-guard and podLookup: ${podLookup}, where no name leads to a member`, () => {
    const bed = useTestBed();
    const guarded = useGuardedEtcd(bed, {
      podLookup,
      cluster: ({ endpoints }) => ({
        podName: "db-{member}",
        members: { endpoints: [...endpoints], pods: ["db-0", "db-1", "db-2"] },
      }),
    });

    it("is denied, the leader's pod's and a follower's", async () => {
      for (const name of await guarded.roles()) {
        const { status, body } = await evict(bed, name);
        expect(status, name).to.equal(429);
        expect(body.message).to.include(`pod ${name} may be a member, and it is not known which`);
      }
    });

    it(podLookup === "cluster" ? "and another's is not" : "and so is any there", async () => {
      await bed.kubectl(["create", "-f", "-"], pod("other"));
      await waitUntil(() => bed.stored("pod/other"), { what: "it" });
      expect((await evict(bed, "other")).status).to.equal(podLookup === "cluster" ? 201 : 429);
    });

    itWasUnharmed(guarded);
  });
}
