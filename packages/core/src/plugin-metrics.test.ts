import { expect } from "chai";
import { describe, it } from "mocha";
import { parseExposition } from "../test/prometheus.ts";
import { plugin, podRequest, reviewOf } from "../test/reviews.ts";
import { getPlain, servers, WEBHOOK } from "../test/servers.ts";
import { createPipeline } from "./pipeline.ts";
import type { PluginCounter, PluginGauge, PluginMetrics } from "./plugin-metrics.ts";

const OTHER = "other.example.com";

interface State {
  calls: PluginCounter<"verdict">;
  last: PluginGauge;
}

/** Counts its reviews by itself. */
const counting = (name: string, more: (metrics: PluginMetrics) => void = () => {}) =>
  plugin(name, {
    setup: (context) => {
      const { metrics } = context as { metrics: PluginMetrics };
      more(metrics);
      const help = 'Reviews,\nby "verdict"';
      const labelNames = ["verdict"] as const;
      const calls = metrics.counter({ name: "calls_total", help, labelNames });
      const last = metrics.gauge({ name: "last_seconds", help: "Since the epoch" });
      return { calls, last } satisfies State;
    },
    validate: ({ name: pod }, { state, deny }) => {
      const { calls, last } = state as State;
      if (pod === "bad") deny("no");
      calls.add({ verdict: pod === "bad" ? 'de"ny\n\\' : "allow" });
      last.set(12.5);
    },
  });

describe("SetupContext.metrics", () => {
  const start = servers();

  it("shows a plugin's own counters and gauges on the server's metrics port", async () => {
    const one = counting("count-er");
    const server = await start({
      [WEBHOOK]: { plugins: [{ plugin: one, enforcement: "audit" }, counting("second")] },
      [OTHER]: { plugins: [one] },
    });
    for (const [webhook, name] of [
      ...[[WEBHOOK, "good"] as const, [WEBHOOK, "bad"] as const],
      [OTHER, "good"] as const,
    ]) {
      await server.review(`/validate/${webhook}`, reviewOf({ name }));
    }
    const scrape = await getPlain(`http://127.0.0.1:${server.server.metricsPort}/metrics`);
    expect(scrape.status).to.equal(200);
    const samples = parseExposition(scrape.body);
    const total = (labels: string, of = "count_er") =>
      samples.get(`gatewright_${of}_calls_total{${labels}}`);
    expect(total(`webhook="${WEBHOOK}",verdict="allow"`)).to.equal(1);
    expect(total(`webhook="${WEBHOOK}",verdict="de\\"ny\\n\\\\"`)).to.equal(1);
    expect(total(`webhook="${WEBHOOK}",verdict="allow"`, "second")).to.equal(1);
    expect(total(`webhook="${OTHER}",verdict="allow"`)).to.equal(1);
    expect(samples.get(`gatewright_count_er_last_seconds{webhook="${OTHER}"}`)).to.equal(12.5);
    expect(scrape.body).to.include("# TYPE gatewright_count_er_calls_total counter\n");
    expect(scrape.body).to.include("# TYPE gatewright_count_er_last_seconds gauge\n");
    expect(scrape.body).to.include("gatewright_reviews_total{");
  });

  it("ends the start where two webhooks' plugin declares it in two ways, or as the server's", async () => {
    let times = 0;
    const changing = counting("changing", (metrics) => {
      metrics.gauge({ name: "g", help: `time ${++times}` });
    });
    const taken = counting("plugin", (metrics) => {
      metrics.counter({ name: "faults_total", help: "Not its own" });
    });
    const errorOf = (webhooks: Parameters<typeof start>[0]) =>
      start(webhooks).catch((error: unknown) => error as Error);
    const both = { [WEBHOOK]: { plugins: [changing] }, [OTHER]: { plugins: [changing] } };
    const error = await errorOf(both);
    expect(error).to.have.property("code", "GW_PLUGIN_SETUP");
    expect(error)
      .to.have.property("message")
      .that.matches(/plugin "changing" could not be set up: metric "g" of .* declared in two ways/);
    expect(error).to.have.nested.property("cause.code", "GW_BAD_METRIC");
    expect(await errorOf([taken]))
      .to.have.property("message")
      .that.matches(/gatewright_plugin_faults_total is the server's own/);
  });

  it("works without a server, where metrics() has it, and after close", async () => {
    let late: PluginCounter | undefined;
    const one = counting("one", (metrics) => {
      late = metrics.counter({ name: "late_total", help: "Used late" });
    });
    const pipeline = await createPipeline({ webhooks: { [WEBHOOK]: { plugins: [one] } } });
    await pipeline.reviewers.get(`/validate/${WEBHOOK}`)?.review(podRequest());
    await pipeline.close();
    late?.add(2);
    expect(
      pipeline.metrics().map(({ name, samples }) => [name, samples.map(({ value }) => value)]),
    ).to.deep.equal([
      ["gatewright_one_late_total", [2]],
      ["gatewright_one_calls_total", [1]],
      ["gatewright_one_last_seconds", [12.5]],
    ]);
  });

  it("makes a fault of a handler that uses it wrongly", async () => {
    const wrong = plugin("wrong", {
      setup: (context) =>
        (context as { metrics: PluginMetrics }).metrics.counter({ name: "c", help: "C" }),
      validate: (_request, { state }) => (state as PluginCounter).add(-1),
    });
    const pipeline = await createPipeline({ webhooks: { [WEBHOOK]: { plugins: [wrong] } } });
    const outcome = await pipeline.reviewers.get(`/validate/${WEBHOOK}`)?.review(podRequest());
    await pipeline.close();
    expect(outcome?.faults[0]).to.include({ plugin: "wrong", code: "GW_BAD_METRIC" });
  });
});
