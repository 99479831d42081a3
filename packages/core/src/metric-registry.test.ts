import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { createMetricRegistry, type MetricRegistry } from "./metric-registry.ts";

const WEBHOOK = "pods.example.com";
const help = "What it is";

function open() {
  const registry = createMetricRegistry();
  const log = recordingLogger();
  const of = (name: string, webhook = WEBHOOK) => registry.of({ name, webhook, log });
  return { registry, log, of };
}

/** The samples of each family. */
const samplesOf = (registry: MetricRegistry) =>
  Object.fromEntries(registry.families().map(({ name, samples }) => [name, samples]));

const refuses = (call: () => void, message: RegExp) =>
  expect(call).to.throw(message).with.property("code", "GW_BAD_METRIC");

describe("metrics.counter(declaration): PluginCounter", () => {
  it("is 0 from the start, and counts by one or by an amount", () => {
    const { registry, of } = open();
    const { add } = of("no-latest").counter({ name: "calls_total", help });
    expect(registry.families()).to.deep.equal([
      {
        name: "gatewright_no_latest_calls_total",
        help,
        type: "counter",
        samples: [{ labels: { webhook: WEBHOOK }, value: 0 }],
      },
    ]);
    add();
    add(2.5);
    add(0);
    expect(registry.families()[0]?.samples[0]?.value).to.equal(3.5);
  });

  it("has one series for each set of labels, and none before", () => {
    const { registry, of } = open();
    const calls = of("a").counter({ name: "calls", help, labelNames: ["code", "to"] });
    expect(samplesOf(registry)).to.deep.equal({ gatewright_a_calls: [] });
    calls.add({ code: 1, to: "x" });
    calls.add({ to: "x", code: "1" }, 2);
    calls.add({ code: "2", to: "x" }, 0);
    // Whichever half of a pair it is, it is written as the same character.
    calls.add({ code: "\uD800", to: "" });
    calls.add({ code: "\uDC00", to: "" });
    expect(samplesOf(registry)["gatewright_a_calls"]).to.deep.equal([
      { labels: { webhook: WEBHOOK, code: "1", to: "x" }, value: 3 },
      { labels: { webhook: WEBHOOK, code: "2", to: "x" }, value: 0 },
      { labels: { webhook: WEBHOOK, code: "\uFFFD", to: "" }, value: 2 },
    ]);
  });

  for (const amount of [-1, NaN, Number.POSITIVE_INFINITY, "1", 1n, null]) {
    it(`refuses to add ${String(amount)} (${typeof amount})`, () => {
      const counter = open().of("a").counter({ name: "calls", help });
      refuses(() => counter.add(amount as never), /metric "calls" of plugin "a": add takes/);
    });
  }

  it("refuses labels that are not those declared", () => {
    const { registry, of } = open();
    const plain = of("a").counter({ name: "plain", help });
    const labelled = of("a").counter({ name: "labelled", help, labelNames: ["code"] });
    // @ts-expect-error There are no labels.
    refuses(() => plain.add({ code: "1" }), /label "code" was not declared: it has no labels/);
    // @ts-expect-error They are missing.
    refuses(() => labelled.add(), /label "code" is missing/);
    // @ts-expect-error They are missing.
    refuses(() => labelled.add({}), /label "code" is missing/);
    // @ts-expect-error There is no such label.
    refuses(() => labelled.add({ code: "1", cod: "1" }), /"cod" was not .*mean "code"/);
    refuses(() => labelled.add({ code: {} as never }), /neither a string nor a number/);
    expect(samplesOf(registry)["gatewright_a_labelled"]).to.deep.equal([]);
  });
});

describe("metrics.gauge(declaration): PluginGauge", () => {
  it("is there from its first set until it is removed", () => {
    const { registry, of } = open();
    const gauge = of("a").gauge({ name: "members", help });
    expect(samplesOf(registry)).to.deep.equal({ gatewright_a_members: [] });
    gauge.set(3);
    gauge.set(-2);
    const labels = { webhook: WEBHOOK };
    expect(samplesOf(registry)).to.deep.equal({ gatewright_a_members: [{ labels, value: -2 }] });
    gauge.remove();
    gauge.remove();
    expect(samplesOf(registry)).to.deep.equal({ gatewright_a_members: [] });
  });

  it("has labels as a counter has them", () => {
    const { registry, of } = open();
    const gauge = of("a").gauge({ name: "leader", help, labelNames: ["member"] });
    gauge.set({ member: "x" }, 1);
    gauge.set({ member: "y" }, 0);
    gauge.remove({ member: "x" });
    gauge.remove({ member: "never there" });
    expect(samplesOf(registry)["gatewright_a_leader"]).to.deep.equal([
      { labels: { webhook: WEBHOOK, member: "y" }, value: 0 },
    ]);
    // @ts-expect-error The label is missing.
    refuses(() => gauge.remove(), /label "member" is missing/);
    // @ts-expect-error The value is missing.
    refuses(() => gauge.set({ member: "x" }), /set takes a finite value/);
    refuses(() => gauge.set({ member: "x" }, NaN), /set takes a finite value/);
  });
});

describe("createMetricRegistry(): what several declare", () => {
  it("is one family for one plugin in several webhooks, and a series for each", () => {
    const { registry, of } = open();
    const declaration = { name: "calls", help, labelNames: ["x", "y"] } as const;
    of("a", "one.example.com").counter(declaration).add({ x: 1, y: 2 });
    const other = of("a", "two.example.com");
    other.counter({ ...declaration, labelNames: ["y", "x"] }).add({ x: 1, y: 2 });
    other.counter(declaration).add({ x: 1, y: 2 }, 4);
    expect(samplesOf(registry)).to.deep.equal({
      gatewright_a_calls: [
        { labels: { webhook: "one.example.com", x: "1", y: "2" }, value: 1 },
        { labels: { webhook: "two.example.com", x: "1", y: "2" }, value: 5 },
      ],
    });
  });

  it("must be the same", () => {
    const { of } = open();
    of("a").counter({ name: "calls", help, labelNames: ["x"] });
    const [one, other] = [of("a"), of("a", "two.example.com")];
    const twice =
      /metric "calls" of plugin "a": is declared in two ways: as a counter "What it is"/;
    refuses(
      () => one.counter({ name: "calls", help }),
      /as a counter "What it is" with no labels$/,
    );
    refuses(() => other.counter({ name: "calls", help: "Else", labelNames: ["x"] }), twice);
    refuses(() => other.counter({ name: "calls", help, labelNames: ["y"] }), twice);
    refuses(() => other.counter({ name: "calls", help, labelNames: ["x", "y"] }), twice);
    refuses(() => other.gauge({ name: "calls", help, labelNames: ["x"] }), twice);
  });

  it("must not be another's by a coincidence of names", () => {
    const { of } = open();
    of("a-b").counter({ name: "c", help });
    refuses(() => of("a").counter({ name: "b_c", help }), /is a metric of plugin "a-b" already/);
  });

  it("is bounded: past 1,000 series no new one is made, which is logged once", () => {
    const { registry, log, of } = open();
    const one = of("a", "one.example.com").gauge({ name: "g", help, labelNames: ["x"] });
    const other = of("a", "two.example.com").gauge({ name: "g", help, labelNames: ["x"] });
    for (let x = 0; x < 600; x++) one.set({ x }, 1);
    for (let x = 0; x < 600; x++) other.set({ x }, 1);
    one.set({ x: 0 }, 7);
    const samples = () => registry.families()[0]?.samples ?? [];
    expect(samples()).to.have.length(1_000);
    expect(samples()[0]?.value).to.equal(7);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.include({ level: "warn", metric: "gatewright_a_g", series: 1_000 });
    one.remove({ x: 0 });
    other.set({ x: "new" }, 1);
    expect(samples().at(-1)?.labels).to.deep.equal({ webhook: "two.example.com", x: "new" });
    other.set({ x: "newer" }, 1);
    expect(samples()).to.have.length(1_000);
    expect(log.lines).to.have.length(1);
  });
});
