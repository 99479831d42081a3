import { join } from "node:path";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { configFolders, pluginModule } from "../../test/config-folder.ts";
import { importPlugin } from "./import-plugin.ts";

describe("importPlugin(specifier, config, source)", () => {
  const makeFolder = configFolders();
  let folder: string;
  let elsewhere: string;

  before(async () => {
    const core = new URL("../plugin.ts", import.meta.url).href;
    const rest = pluginModule("named").replace("export default", "export const named =");
    folder = await makeFolder({
      "package.json": '{ "type": "module", "name": "itself", "exports": "./good.js" }',
      "good.js": pluginModule("good"),
      "plugins/typed.ts": `const level: number = 1;\nexport const used = level;\n${pluginModule("typed")}`,
      "named.js": rest,
      "nothing.js": "",
      "list.js": "export default [];",
      "null.js": "export default null;",
      "word.js": 'export default "plugin";',
      "function.js": "export default () => ({});",
      "bare.js": "export default { name: 'x', validate: {} };",
      "called.js": `${rest}\nexport default named();`,
      "false-factory.js":
        "export default Object.assign(() => { throw new Error('x'); }, { definition: {} });",
      "throws.js": "throw new TypeError('not today\\nnor tomorrow');",
      "throws-null.js": "throw null;",
      "throws-bare.js": "throw Object.create(null);",
      "syntax.js": "export default {;",
      "missing-inside.js": "import 'nobody-has-this';\nexport default 1;",
      "common.cjs": `const { definePlugin } = require(${JSON.stringify(core.slice("file://".length))});
module.exports = definePlugin({ name: "common" });`,
      "node_modules/import-only/package.json":
        '{ "type": "module", "exports": { "import": "./index.js" } }',
      "node_modules/import-only/index.js": pluginModule("import-only"),
      "node_modules/@example/plugin-unbuilt/package.json":
        '{ "exports": { ".": { "types": "./dist/index.d.ts", "default": "./dist/index.js" } } }',
      "node_modules/@example/plugin-closed/package.json": '{ "exports": { "./other": "./o.js" } }',
      "node_modules/plugin-common/package.json": '{ "main": "index.cjs" }',
      "node_modules/plugin-common/index.cjs": "module.exports = 12;",
    });
    elsewhere = await makeFolder({
      "node_modules/@elsewhere/plugin-broken/package.json": '{ "exports": "./index.mjs" }',
      "node_modules/@elsewhere/plugin-broken/index.mjs": "import 'nobody-has-this';",
    });
  });

  async function outcome(
    specifier: string,
    fallback?: (specifier: string) => Promise<unknown>,
  ): Promise<string> {
    const source = { file: join(folder, "gatewright.yaml"), importPlugin: fallback };
    const plugin = await importPlugin(specifier, { some: "config" }, source);
    if ("code" in plugin) return `${plugin.code} ${plugin.message.replaceAll(folder, "FOLDER")}`;
    expect(plugin.config).to.deep.equal({ some: "config" });
    return plugin.name;
  }

  it("imports files from the configuration's folder", async () => {
    expect(await outcome("./good.js")).to.equal("good");
    expect(await outcome("./plugins/../good.js")).to.equal("good");
    expect(await outcome("./plugins/typed.ts")).to.equal("typed");
    expect(await outcome("./common.cjs")).to.equal("common");
    expect(await outcome(join(folder, "good.js"))).to.equal("good");
  });

  it("imports packages that the configuration's folder sees", async () => {
    expect(await outcome("import-only")).to.equal("import-only");
    expect(await outcome("itself")).to.equal("good");
  });

  it("says which file is meant", async () => {
    expect(await outcome("./god.js")).to.equal(
      'GW_PLUGIN_NOT_FOUND there is no file FOLDER/god.js (did you mean "good.js"?)',
    );
    expect(await outcome("./good")).to.match(/\(did you mean "good\.js"\?\)$/);
    expect(await outcome("./a/b.js")).to.match(/ there is no file FOLDER\/a\/b\.js$/);
    expect(await outcome("./\0")).to.match(/ there is no file FOLDER\/\0$/);
    for (const path of ["./plugins", ".", "./"]) {
      expect(await outcome(path)).to.match(/ FOLDER\S* is a folder: name the file in it$/);
    }
    expect(await outcome("plugins/typed.ts")).to.equal(
      'GW_PLUGIN_NOT_FOUND no package "plugins/typed.ts" is installed; for the file beside this one write "./plugins/typed.ts"',
    );
  });

  it("says which package is meant, or how to get it", async () => {
    for (const name of ["@example/plugin-unbilt", "@exmple/plugin-unbuilt", "unbuilt"]) {
      expect(await outcome(name)).to.equal(
        `GW_PLUGIN_NOT_FOUND no package "${name}" is installed (did you mean "@example/plugin-unbuilt"?)`,
      );
    }
    expect(await outcome("@nobody/plugin-has-this/sub")).to.equal(
      'GW_PLUGIN_NOT_FOUND no package "@nobody/plugin-has-this/sub" is installed where FOLDER could import it: npm install @nobody/plugin-has-this',
    );
    for (const name of ["data:text/javascript,1", "https://example.com/x.js", "file:///x.js"]) {
      expect(await outcome(name)).to.equal(
        'GW_PLUGIN_NOT_FOUND must be the name of a package, or a path that begins with "./" or "/"',
      );
    }
    for (const name of ["@", "%2f", "#internal", " "]) {
      expect(await outcome(name), name).to.match(/^GW_PLUGIN_NOT_FOUND /);
    }
  });

  it("says what is wrong with a package that is there", async () => {
    expect(await outcome("@example/plugin-unbuilt")).to.equal(
      "GW_PLUGIN_NOT_FOUND its entry FOLDER/node_modules/@example/plugin-unbuilt/dist/index.js is missing: is the package built?",
    );
    expect(await outcome("@example/plugin-closed")).to.match(
      /^GW_PLUGIN_NOT_FOUND No "exports" main defined in FOLDER/,
    );
  });

  it("tells an error of the module, without its stack", async () => {
    const threw = (file: string) => `GW_PLUGIN_NOT_FOUND "${file}" threw while it was imported: `;
    expect(await outcome("./throws.js")).to.equal(`${threw("./throws.js")}TypeError: not today`);
    expect(await outcome("./throws-null.js")).to.equal(`${threw("./throws-null.js")}null`);
    expect(await outcome("./throws-bare.js")).to.match(/threw while it was imported: \[Object/);
    expect(await outcome("./syntax.js")).to.equal(
      `${threw("./syntax.js")}SyntaxError: Unexpected token ';'`,
    );
    expect(await outcome("./missing-inside.js")).to.equal(
      `${threw("./missing-inside.js")}Error: Cannot find package 'nobody-has-this' imported from FOLDER/missing-inside.js`,
    );
  });

  it("says what it found in place of a factory, and what to write", async () => {
    const is = "GW_PLUGIN_MISDECLARED";
    const write = "write: export default definePlugin({ … })";
    const none = "it has no default export";
    expect(await outcome("./named.js")).to.equal(
      `${is} "./named.js" is no plugin: ${none}; write: export default named`,
    );
    expect(await outcome("./nothing.js")).to.equal(
      `${is} "./nothing.js" is no plugin: ${none} (it exports nothing); ${write}`,
    );
    const found: Record<string, string> = {
      "./list.js": "a list",
      "./null.js": "null",
      "./word.js": "a string",
      "./function.js": "a function, but none that definePlugin returned",
      "./false-factory.js": "a function, but none that definePlugin returned",
      "./bare.js": "a bare declaration",
      "./called.js": "a plugin that was called already",
      "plugin-common": "a number",
    };
    for (const [file, what] of Object.entries(found)) {
      const more = file === "./called.js" ? ", not called" : "";
      expect(await outcome(file)).to.equal(
        `${is} "${file}" is no plugin: its default export is ${what}; ${write}${more}`,
      );
    }
  });

  it("asks importPlugin for a package that the folder does not see", async () => {
    const asked: string[] = [];
    const bundled = await import(join(folder, "good.js"));
    const fallback = (specifier: string) => {
      asked.push(specifier);
      return Promise.resolve(specifier === "bundled" ? bundled : undefined);
    };
    expect(await outcome("bundled", fallback)).to.equal("good");
    expect(await outcome("import-only", fallback)).to.equal("import-only");
    expect(await outcome("./good.js", fallback)).to.equal("good");
    expect(await outcome("nobody-has-this", fallback)).to.match(/^GW_PLUGIN_NOT_FOUND no package /);
    expect(asked).to.deep.equal(["bundled", "nobody-has-this"]);
  });

  it("tells a package that importPlugin did not find from one that is broken", async () => {
    const { from } = (await import(
      `data:text/javascript,${encodeURIComponent("export const from = (url) => import(url);")}`
    )) as { from: (url: string) => Promise<unknown> };
    const broken = `${elsewhere}/node_modules/@elsewhere/plugin-broken/index.mjs`;
    expect(await outcome("@elsewhere/plugin-broken", () => from(`file://${broken}`))).to.match(
      /^GW_PLUGIN_NOT_FOUND "@elsewhere\/plugin-broken" threw .* package 'nobody-has-this'/,
    );
    expect(await outcome("nobody-has-this", (name) => import(name))).to.match(
      /^GW_PLUGIN_NOT_FOUND no package "nobody-has-this" is installed/,
    );
  });

  it("finds what the working directory sees, where all else failed", async () => {
    expect(await outcome("mocha")).to.match(/^GW_PLUGIN_MISDECLARED "mocha" is no plugin: /);
  });
});
