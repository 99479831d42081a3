import type { Cluster } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { namespace, quota } from "../test/objects.ts";
import { createKeeping, keepNamespace } from "./keep-namespace.ts";
import { namespaceRules } from "./namespace-rules.ts";
import { createQuotaMetrics } from "./quota-metrics.ts";
import { createWaiting } from "./waiting.ts";

const config = configOf({ rules: [{ quota: { configmaps: 1 } }] });
const object = namespace("team-a", { uid: "u" });
const kept = (rest: Parameters<typeof quota>[0]) => {
  const { metadata, ...made } = quota({ settledIn: "u", ...rest });
  return { ...made, metadata: { ...metadata, uid: "q" } };
};

/** Keeps a namespace with the quota that is said, by a clock that is set. */
function keeper() {
  let now = 0;
  const sent: string[] = [];
  const keeping = {
    settling: createWaiting(() => now),
    recounts: { ...createKeeping().recounts, waiting: createWaiting(() => now) },
  };
  const silent = { add() {}, set() {}, remove() {} };
  const metrics = createQuotaMetrics({ counter: () => silent, gauge: () => silent } as never);
  const state = { rules: namespaceRules(config), metrics, keeping };
  const { signal } = new AbortController();
  return {
    keeping,
    sent,
    pass: (milliseconds: number) => void (now += milliseconds),
    keep(found: ReturnType<typeof kept> | undefined, isThere = true) {
      const cluster = {
        list: async (what: string) => (what === "v1/resourcequotas" && found ? [found] : []),
        update: async (_: string, { metadata }: ReturnType<typeof kept>) =>
          void sent.push(metadata.annotations?.["quota.gatewright.dev/settled"] ?? ""),
      } as unknown as Cluster;
      const request = { name: "team-a", object: isThere ? object : undefined };
      return keepNamespace(request, { cluster, config, state, signal });
    },
  };
}

describe("keepQuota(namespace, rule, found, keeping)", () => {
  it("forgets of a namespace that is gone how often its quota was counted anew", async () => {
    const { keep, keeping, pass } = keeper();
    const short = kept({ used: { configmaps: "0" } });
    await keep(short);
    pass(1_000);
    await keep(short);
    expect(keeping.recounts.done.size).to.equal(1);
    await keep(undefined, false);
    expect(keeping.recounts.done.size).to.equal(0);
  });

  it("a number that was away settles as long as the first time", async () => {
    const { keep, pass, sent } = keeper();
    const inEffect = kept({ settled: [] });
    expect(await keep(inEffect)).to.deep.equal({ requeueAfterSeconds: 1 });
    pass(1_000);
    await keep(inEffect);
    await keep(kept({}));
    expect(sent).to.deep.equal(["u configmaps"]);
    // Somebody takes it out; it is put back, and the quota controller follows.
    await keep(kept({ hard: {}, settled: ["configmaps"] }));
    await keep(kept({ statusHard: {}, settled: [] }));
    expect(await keep(inEffect)).to.deep.equal({ requeueAfterSeconds: 1 });
    expect(sent).to.deep.equal(["u configmaps", ""]);
  });
});
