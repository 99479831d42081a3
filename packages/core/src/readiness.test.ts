import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { loaded, plugin } from "../test/reviews.ts";
import { gate } from "../test/servers.ts";
import { createReadiness } from "./readiness.ts";

const validate = () => {};

describe("createReadiness(plugins, staleReads): () => Promise<string[]>", () => {
  it("names those that say no, throw or reject; with their state", async () => {
    const log = recordingLogger();
    const states: unknown[] = [];
    const plugins = await loaded(
      [
        plugin("silent", { validate }),
        plugin("yes", { validate, ready: () => true }),
        plugin("no", { validate, ready: (state) => states.push(state) < 0 }),
        plugin("later-no", { validate, ready: async () => false }),
        plugin("throws", {
          validate,
          ready: () => {
            throw new Error("broken");
          },
        }),
        plugin("rejects", { validate, ready: () => Promise.reject(new Error("broken")) }),
      ],
      log,
    );
    (plugins[2] as { state: unknown }).state = "the state";
    const unready = createReadiness(plugins, () => []);
    expect(await unready()).to.deep.equal(["no", "later-no", "throws", "rejects"]);
    expect(states).to.deep.equal(["the state"]);
    expect(log.lines.map(({ level, plugin: name }) => `${level} ${String(name)}`)).to.deep.equal([
      "warn throws",
      "warn rejects",
    ]);
  });

  it("names one that hangs, does not ask it again meanwhile, and hears it when it answers", async () => {
    const held = gate();
    let asked = 0;
    const plugins = await loaded([
      plugin("hangs", {
        validate,
        ready: async () => {
          asked++;
          await held.passed;
          return true;
        },
      }),
      plugin("yes", { validate, ready: () => true }),
    ]);
    const unready = createReadiness(plugins, () => []);
    const both = Promise.all([unready(), unready()]);
    expect(await both).to.deep.equal([["hangs"], ["hangs"]]);
    expect(asked).to.equal(1);
    held.open();
    expect(await unready()).to.deep.equal([]);
    expect(await unready()).to.deep.equal([]);
    expect(asked).to.equal(2);
  });
});
