import { createPipeline, definePlugin, type MetricFamily } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createGuardMetrics, type GuardMetrics } from "./guard-metrics.ts";

/** What is scraped, without its help: `members{cluster="main"} 3`. */
async function scraped(use: (metrics: GuardMetrics) => void): Promise<string[]> {
  const plugin = definePlugin({
    name: "etcd-leader-guard",
    setup({ metrics }) {
      use(createGuardMetrics(metrics));
    },
    validate: {
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["DELETE"] },
      ],
      sideEffects: "None",
      handle() {},
    },
  });
  const pipeline = await createPipeline({ webhooks: { "w.example.com": { plugins: [plugin()] } } });
  try {
    return pipeline.metrics().flatMap(linesOf);
  } finally {
    await pipeline.close();
  }
}

function linesOf({ name, samples }: MetricFamily): string[] {
  return samples.map(({ labels, value }) => {
    const { webhook, ...rest } = labels;
    expect(webhook).to.equal("w.example.com");
    const written = Object.entries(rest).map(([label, text]) => `${label}="${text}"`);
    return `${name.replace("gatewright_etcd_leader_guard_", "")}{${written.join(",")}} ${value}`;
  });
}

describe("createGuardMetrics(metrics)", () => {
  it("shows nothing of a cluster at which nobody has looked", async () => {
    expect(await scraped(({ of }) => void of("main"))).to.deep.equal([]);
  });

  it("shows what a look showed, each cluster by itself", async () => {
    const lines = await scraped(({ of }) => {
      of("main").looked({ voters: 3, healthy: 2 });
      of("main").grants(1);
      of("other").looked({ voters: 5, healthy: 5 });
      of("other").grants(0);
    });
    expect(lines).to.have.members([
      'members{cluster="main"} 3',
      'members{cluster="other"} 5',
      'members_healthy{cluster="main"} 2',
      'members_healthy{cluster="other"} 5',
      'leader_known{cluster="main"} 1',
      'leader_known{cluster="other"} 1',
      'grants_held{cluster="main"} 1',
      'grants_held{cluster="other"} 0',
    ]);
  });

  it("shows a cluster that cannot be read as one without a leader, and keeps its size", async () => {
    const lines = await scraped(({ of }) => {
      of("main").looked({ voters: 3, healthy: 3 });
      of("main").looked(undefined);
      of("never").looked(undefined);
    });
    expect(lines).to.have.members([
      'members{cluster="main"} 3',
      'members_healthy{cluster="main"} 0',
      'members_healthy{cluster="never"} 0',
      'leader_known{cluster="main"} 0',
      'leader_known{cluster="never"} 0',
    ]);
  });

  it("counts verdicts by their reasons", async () => {
    const lines = await scraped(({ of }) => {
      const main = of("main");
      main.verdict("deny", "leader");
      main.verdict("deny", "leader");
      main.verdict("allow", "break-glass");
      of("other").verdict("deny", "leader");
    });
    expect(lines).to.deep.equal([
      'verdicts_total{cluster="main",verdict="deny",reason="leader"} 2',
      'verdicts_total{cluster="main",verdict="allow",reason="break-glass"} 1',
      'verdicts_total{cluster="other",verdict="deny",reason="leader"} 1',
    ]);
  });
});
