import { expect } from "chai";
import { describe, it } from "mocha";
import { labelValues, parseExposition } from "../../test/prometheus.ts";
import { plugin, reviewOf } from "../../test/reviews.ts";
import { getPlain, servers, WEBHOOK } from "../../test/servers.ts";
import { createMetrics } from "./metrics.ts";

describe("createMetrics(): Metrics", () => {
  it("has every family from the start, and zeros where it knows the labels", async () => {
    const metrics = createMetrics();
    metrics.reviews("a.b.c", "mutate");
    metrics.plugin("a.b.c", "one");
    const { text, contentType } = await metrics.exposition();
    const samples = parseExposition(text);
    expect(contentType).to.match(/^text\/plain; version=/);
    expect(
      samples.get('gatewright_reviews_total{webhook="a.b.c",phase="mutate",verdict="fault"}'),
    ).to.equal(0);
    expect(samples.get("gatewright_certificate_reload_failures_total")).to.equal(0);
    expect(samples.get("gatewright_tls_handshake_failures_total")).to.equal(0);
    expect(text.match(/^# TYPE/gm)).to.have.length(12);
  });

  it("does not mix what two servers count", async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.badRequest(400);
    expect((await one.exposition()).text).to.include('bad_requests_total{status="400"} 1');
    expect((await other.exposition()).text).not.to.include('status="400"');
  });

  it("counts certificates and handshakes", async () => {
    const metrics = createMetrics();
    metrics.certificateExpires(new Date("2030-01-01T00:00:00Z"));
    metrics.certificateReloadFailed();
    metrics.tlsHandshakeFailed();
    const samples = parseExposition((await metrics.exposition()).text);
    expect(samples.get("gatewright_certificate_expiry_timestamp_seconds")).to.equal(1_893_456_000);
    expect(samples.get("gatewright_certificate_reload_failures_total")).to.equal(1);
    expect(samples.get("gatewright_tls_handshake_failures_total")).to.equal(1);
  });
});

describe("createMetrics(): what a server counts in a mixed run", () => {
  const start = servers();

  it("is what happened, with labels of the configuration alone", async () => {
    const one = plugin("one", {
      mutate: ({ object, name }) => {
        if (name === "patched") object.metadata.labels["x"] = "1";
        if (name === "inexact") object.spec["replicas"] = NaN;
      },
      validate: async ({ name }, { deny, signal }) => {
        if (name === "denied") deny("no");
        if (name === "broken") throw new Error("broken");
        if (name === "slow")
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const two = plugin("two", { validate: (_r, { deny }) => deny("never enforced") });
    const server = await start({
      [WEBHOOK]: {
        plugins: [
          { plugin: one, timeoutSeconds: 0.05 },
          { plugin: two, enforcement: "audit" },
        ],
      },
    });
    const send = (phase: string, name: string) => {
      const [headers, body] = [
        { "Content-Type": "application/json" },
        reviewOf({ name, namespace: name }),
      ];
      return server.call(`/${phase}/${WEBHOOK}`, { method: "POST", headers, body });
    };
    for (const name of ["patched", "plain", "inexact"]) await send("mutate", name);
    await Promise.all(
      ["denied", "denied", "broken", "slow", "plain"].map((name) => send("validate", name)),
    );
    await server.call(`/validate/${WEBHOOK}`, { method: "POST" });
    await server.call("/nowhere-that-anybody-made-up");
    const scrape = await getPlain(`http://127.0.0.1:${server.server.metricsPort}/metrics`);
    const samples = parseExposition(scrape.body);
    const count = (name: string, labels: string) =>
      samples.get(`gatewright_${name}{webhook="${WEBHOOK}",${labels}}`);
    expect(count("reviews_total", 'phase="mutate",verdict="allow"')).to.equal(2);
    expect(count("reviews_total", 'phase="mutate",verdict="fault"')).to.equal(1);
    expect(count("reviews_total", 'phase="validate",verdict="allow"')).to.equal(1);
    expect(count("reviews_total", 'phase="validate",verdict="deny"')).to.equal(2);
    expect(count("reviews_total", 'phase="validate",verdict="fault"')).to.equal(2);
    expect(count("review_duration_seconds_count", 'phase="validate"')).to.equal(5);
    expect(count("patches_total", 'phase="mutate"')).to.equal(1);
    expect(count("patches_total", 'phase="validate"')).to.equal(0);
    expect(count("plugin_duration_seconds_count", 'plugin="one"')).to.equal(8);
    expect(count("plugin_duration_seconds_count", 'plugin="two"')).to.equal(5);
    expect(count("plugin_faults_total", 'plugin="one",code="GW_PLUGIN_FAULT"')).to.equal(1);
    expect(count("plugin_faults_total", 'plugin="one",code="GW_PLUGIN_TIMEOUT"')).to.equal(1);
    expect(count("plugin_faults_total", 'plugin="one",code="GW_PATCH_NOT_JSON"')).to.equal(1);
    expect(count("deadline_overruns_total", 'plugin="one"')).to.equal(1);
    expect(count("unenforced_total", 'plugin="two",kind="denial",enforcement="audit"')).to.equal(5);
    expect(samples.get('gatewright_bad_requests_total{status="415"}')).to.equal(1);
    expect(samples.get('gatewright_bad_requests_total{status="404"}')).to.equal(1);
    expect(labelValues(samples, "webhook")).to.deep.equal([WEBHOOK]);
    expect(labelValues(samples, "plugin")).to.have.members(["one", "two"]);
    for (const name of ["denied", "patched", "alice", "made-up"]) {
      expect([...samples.keys()].join("\n")).not.to.include(name);
    }
  });
});
