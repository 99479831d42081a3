import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configFolders, pluginModule } from "../../test/config-folder.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { loadConfigFile } from "./load-config-file.ts";

const config = `config: {
  type: "object",
  additionalProperties: false,
  properties: { names: { type: "array", items: { type: "string" }, default: ["b"] } },
},`;

/** A plugin that notes in a global what becomes of it. */
const plugin = (name: string, setup: string) =>
  pluginModule(
    name,
    `${config}
    setup({ config, metrics }) { ${setup} },
    close(state) { (globalThis.closedPlugins ??= []).push([${JSON.stringify(name)}, state]); },`,
  );

const files = {
  "lines.js": plugin("lines", 'throw new Error("/names/1: is no name\\n/names: are few");'),
  "issues.js": plugin(
    "issues",
    'throw Object.assign(new Error("two"), { issues: [{ pointer: "/names/0", message: config.names[0] }] });',
  ),
  "text.js": plugin("text", 'throw new Error("first: not a pointer\\n/names: one");'),
  "other.js": plugin("other", "throw 7;"),
  "fine.js": plugin("fine", 'metrics.gauge({ name: "a", help: "b" }); return config.names;'),
  "broken.js": plugin("broken", "return 1;").replace("close(state) {", "close(state) { throw 1;"),
};

const lines = (...plugins: string[]) =>
  `webhooks:\n  a.example.com:\n    plugins:\n${plugins.map((one) => `      - ${one}\n`).join("")}`;

const closed = (): unknown => {
  const holder = globalThis as { closedPlugins?: unknown[] };
  return holder.closedPlugins?.splice(0) ?? [];
};

describe("locateSetups(listed, refuse), of a file's plugins", () => {
  const makeFolder = configFolders();
  const start = async (text: string): Promise<Pipeline | string[]> => {
    const folder = await makeFolder({ ...files, "gatewright.yaml": text });
    const { webhooks } = await loadConfigFile(join(folder, "gatewright.yaml"));
    return createPipeline({ webhooks }).catch(({ message }: Error) =>
      message.replaceAll(`${folder}/`, "").split("\n"),
    );
  };

  it("tells all that setups refuse, with file, line and pointer, and leaves nothing open", async () => {
    const told = await start(
      `${lines(
        "plugin: ./fine.js",
        'plugin: ./lines.js\n        config:\n          names: ["a",\n            "b"]',
        "plugin: ./text.js",
        "plugin: ./broken.js",
      )}  b.example.com:\n    plugins:\n      - { plugin: ./fine.js, config: { names: [] } }\n      - plugin: ./issues.js\n      - plugin: ./other.js\n`,
    );
    const at = "/webhooks/a.example.com/plugins";
    const other = "/webhooks/b.example.com/plugins";
    expect(told).to.include.members([
      `gatewright.yaml:8:13: ${at}/1/config/names/1: is no name [GW_CONFIG_INVALID]`,
      `gatewright.yaml:9:9: ${at}/2: plugin "text" could not be set up: first: not a pointer`,
      "/names: one [GW_PLUGIN_SETUP]",
      `gatewright.yaml:14:9: ${other}/1/config/names/0: b [GW_CONFIG_INVALID]`,
      `gatewright.yaml:15:9: ${other}/2: plugin "other" could not be set up: 7 [GW_PLUGIN_SETUP]`,
    ]);
    expect((told as string[]).join()).to.include(
      `gatewright.yaml:7:11: ${at}/1/config/names: are few [GW_CONFIG_INVALID]`,
    );
    expect(told).to.have.length(6);
    // The second was tried for what it would say, the first had been set up.
    expect(closed()).to.deep.equal([
      ["fine", []],
      ["fine", ["b"]],
    ]);
  });

  it("sets plugins up once where none refuses", async () => {
    const pipeline = (await start(lines("plugin: ./fine.js"))) as Pipeline;
    expect(pipeline.reviewers.size).to.equal(1);
    expect(closed()).to.deep.equal([]);
    await pipeline.close();
    expect(closed()).to.deep.equal([["fine", ["b"]]]);
  });
});
