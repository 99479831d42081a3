import { expect } from "chai";
import { describe, it } from "mocha";
import { type Handler, loaded, observed, plugin, podRequest } from "../test/reviews.ts";
import { gate } from "../test/servers.ts";
import type { StepResult } from "./step.ts";
import { validate } from "./validate.ts";

async function run(handlers: Record<string, Handler>): Promise<readonly StepResult[]> {
  const plugins = Object.entries(handlers).map(([name, handle]) =>
    plugin(name, { validate: handle }),
  );
  const request = podRequest({ oldObject: podRequest().object });
  const before = structuredClone(request);
  const { observer } = observed();
  const results = await validate(
    await loaded(plugins),
    request,
    performance.now() + 60_000,
    observer,
  );
  expect(request).to.deep.equal(before);
  return results;
}

describe("validate(plugins, request, deadline, observer): Promise<readonly StepResult[]>", () => {
  it("runs them side by side: each waits until all are there", async () => {
    const all = gate();
    let waiting = 0;
    const meet: Handler = async () => {
      waiting++;
      if (waiting === 3) all.open();
      await all.passed;
    };
    const results = await run({ a: meet, b: meet, c: meet });
    expect(results.map(({ fault }) => fault)).to.deep.equal([undefined, undefined, undefined]);
  });

  it("gives results in the plugins' order, whoever ends first", async () => {
    const first = gate();
    const results = await run({
      a: async (_request, { deny }) => {
        await first.passed;
        deny("a");
      },
      b: (_request, { deny }) => deny("b"),
      c: async (_request, { deny }) => {
        deny("c");
        first.open();
      },
    });
    const messages = results.map(({ findings }) => findings.denials?.[0]?.message);
    expect(messages).to.deep.equal(["a", "b", "c"]);
  });

  it("runs all of them, also behind one that throws, and loses no denial", async () => {
    const broken = (): never => {
      throw new Error("broken");
    };
    const no: Handler = (_request, { deny }) => deny("no");
    const results = await run({ a: no, b: broken, c: no, d: async () => broken(), e: no });
    expect(results.map(({ fault }) => fault?.code)).to.deep.equal([
      ...[undefined, "GW_PLUGIN_FAULT", undefined, "GW_PLUGIN_FAULT", undefined],
    ]);
    expect(results.filter(({ findings }) => findings.denials?.length === 1)).to.have.length(3);
  });

  it("lets nothing be written to, and no write be seen by a neighbour", async () => {
    const seen: string[] = [];
    const results = await run({
      object: ({ object }) => void (object.metadata.labels["x"] = "1"),
      old: ({ oldObject }) => void oldObject?.spec.containers.push({}),
      request: (request) => void ((request as { object: unknown }).object = null),
      look: ({ object, oldObject }) => void seen.push(JSON.stringify([object, oldObject])),
    });
    expect(results.map(({ fault }) => fault?.code)).to.deep.equal([
      ...["GW_READ_ONLY", "GW_READ_ONLY", "GW_READ_ONLY", undefined],
    ]);
    const { object } = podRequest();
    expect(seen).to.deep.equal([JSON.stringify([object, object])]);
  });
});
