import { expect } from "chai";
import { describe, it } from "mocha";
import { recordedCluster } from "../test/recorded-cluster.ts";
import { plugin, podRequest, type TestRequest } from "../test/reviews.ts";
import { createPipeline } from "./pipeline.ts";
import type { Enforcement } from "./loaded-plugin.ts";

const NAME = "pods.example.com";

describe("a plugin that is being tried out, by enforcement warn or audit", () => {
  async function seenBy(enforcement: Enforcement, dryRun: boolean) {
    const seen: unknown[] = [];
    const look = ({ dryRun: dry }: TestRequest) => void seen.push(dry);
    const asked = [plugin("holds", { mutate: look, validate: look })];
    const tried = { plugin: plugin("tried", { mutate: look, validate: look }), enforcement };
    const { reviewers, close } = await createPipeline({
      webhooks: { [NAME]: { plugins: [...asked, tried] } },
    });
    for (const { review } of reviewers.values()) await review(podRequest({ dryRun }));
    await close();
    return seen;
  }

  it("is shown a dry run, and its neighbours what was asked", async () => {
    for (const enforcement of ["warn", "audit"] as const) {
      expect(await seenBy(enforcement, false)).to.deep.equal([false, true, false, true]);
      expect(await seenBy(enforcement, true)).to.deep.equal([true, true, true, true]);
    }
    expect(await seenBy("enforce", false)).to.deep.equal([false, false, false, false]);
  });

  it("cannot write to the cluster", async () => {
    const cluster = recordedCluster();
    const writes = plugin("writes", {
      sideEffects: "NoneOnDryRun",
      writes: { "v1/configmaps": ["create"] },
      validate: (_request, { cluster: fenced }) =>
        fenced.create("v1/configmaps", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "a", namespace: "default" },
        }),
    });
    const { reviewers, close } = await createPipeline({
      cluster,
      webhooks: { [NAME]: { plugins: [{ plugin: writes, enforcement: "audit" }] } },
    });
    const outcome = await reviewers.get(`/validate/${NAME}`)?.review(podRequest());
    await close();
    expect(outcome?.kind).to.equal("allow");
    expect(outcome?.unenforced.map(({ kind, fault }) => `${kind} ${fault?.code}`)).to.deep.equal([
      "fault GW_DRY_RUN_WRITE",
    ]);
    expect(cluster.calls.filter((call) => JSON.stringify(call).includes("create"))).to.deep.equal(
      [],
    );
  });
});
