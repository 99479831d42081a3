import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { plugin, podRequest } from "../test/reviews.ts";
import { createPipeline } from "./pipeline.ts";

const NAME = "pods.example.com";

describe("createPipeline(options): plugins, from setup to close", () => {
  const lived = (name: string, life: string[], parts: object = {}) =>
    plugin(name, {
      validate: (_r, { state, warn }) => warn(`${name}: ${String(state)}`),
      setup: async () => {
        life.push(`setup ${name}`);
        return `state of ${name}`;
      },
      close: (state) => void life.push(`close ${name}: ${String(state)}`),
      ...parts,
    });

  it("sets them up in order, gives each its state, closes them in reverse, once", async () => {
    const life: string[] = [];
    const pipeline = await createPipeline({
      webhooks: {
        [NAME]: { plugins: [lived("a", life), lived("b", life)] },
        "x.example.com": { plugins: [lived("c", life)] },
      },
    });
    expect(life).to.deep.equal(["setup a", "setup b", "setup c"]);
    const outcome = await pipeline.reviewers.get(`/validate/${NAME}`)?.review(podRequest());
    expect(outcome?.warnings).to.deep.equal(["a: state of a", "b: state of b"]);
    await Promise.all([pipeline.close(), pipeline.close()]);
    await pipeline.close();
    expect(life.slice(3)).to.deep.equal([
      ...["close c: state of c", "close b: state of b", "close a: state of a"],
    ]);
  });

  for (const [what, cause, shown] of [
    ["an error", new Error("no database"), "no database"],
    ["null", null, "null"],
    ["an object without a prototype", Object.create(null), "[Object: null prototype] {}"],
  ] as const) {
    it(`closes those before one whose setup throws ${what}, and says which it was`, async () => {
      const life: string[] = [];
      const setup = () => Promise.reject(cause);
      const plugins = [lived("a", life), lived("b", life, { setup }), lived("c", life)];
      const error = await createPipeline({ webhooks: { [NAME]: { plugins } } }).catch(
        (e: unknown) => e,
      );
      expect(error).to.include({
        code: "GW_PLUGIN_SETUP",
        message: `plugin "b" could not be set up: ${shown}`,
        cause,
      });
      expect(life).to.deep.equal(["setup a", "close a: state of a"]);
    });
  }

  it("closes all of them, also where one throws, which is logged", async () => {
    const life: string[] = [];
    const log = recordingLogger();
    const close = () => Promise.reject(new Error("stuck"));
    const plugins = [lived("a", life), lived("b", life, { close })];
    const pipeline = await createPipeline({ webhooks: { [NAME]: { plugins } }, log });
    await pipeline.close();
    expect(life.at(-1)).to.equal("close a: state of a");
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.include({ level: "error", plugin: "b", message: "close() threw" });
  });
});
