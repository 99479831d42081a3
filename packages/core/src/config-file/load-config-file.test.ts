import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import { stringify } from "yaml";
import { configFolders, pluginModule, refusalOf } from "../../test/config-folder.ts";
import { ConfigurationError } from "../configuration-error.ts";
import type { PluginFactory } from "../plugin.ts";
import { createServer } from "../server.ts";
import type { ServerOptions } from "../server-options.ts";
import { loadConfigFile, loadConfigText } from "./load-config-file.ts";

const limits = pluginModule(
  "limits",
  `config: {
    type: "object",
    additionalProperties: false,
    properties: { max: { type: "integer", default: 3 }, mode: { enum: ["soft", "hard"] } },
    required: ["mode"],
  },`,
);

describe("loadConfigFile(path, options)", () => {
  const makeFolder = configFolders();
  let folder: string;

  before(async () => {
    folder = await makeFolder({
      "package.json": '{ "type": "module" }',
      "limits.js": limits,
      "plain.js": pluginModule("plain"),
      "throws.js": pluginModule("throws").replace("rules,", 'rules: () => { throw Error("no") },'),
      "mistakes.yaml": "prt: 8443\nwebhooks: *none\n",
    });
  });

  const load = (text: string) => loadConfigText(text, join(folder, "gatewright.yaml"));
  const refusal = (text: string) => refusalOf(load(text), folder);

  it("gives what createServer would be given in code", async () => {
    const { default: limits } = (await import(pathToFileURL(join(folder, "limits.js")).href)) as {
      default: PluginFactory<{ type: "object"; additionalProperties: true }>;
    };
    const { default: plain } = (await import(pathToFileURL(join(folder, "plain.js")).href)) as {
      default: PluginFactory;
    };
    const options: ServerOptions = {
      host: "127.0.0.1",
      port: 8443,
      metrics: { port: 9090, host: "127.0.0.1" },
      log: "info",
      leaderElection: { namespace: "gatewright-system", identity: "gatewright-0" },
      tls: {
        certFile: join(folder, "tls/tls.crt"),
        keyFile: "/etc/tls/tls.key",
        clientCaFile: join(folder, "ca.crt"),
        clientAuth: "request",
        allowedClients: ["kube-apiserver"],
      },
      maxRequestBytes: 7_340_032,
      maxBytesInFlight: 67_108_864,
      shutdown: { gracePeriodSeconds: 0.5, drainSeconds: 30 },
      webhooks: {
        "pods.gatewright.dev": {
          failurePolicy: "Fail",
          timeoutSeconds: 10,
          plugins: [
            { plugin: limits({ mode: "soft" }), enforcement: "warn", timeoutSeconds: 0.25 },
            { plugin: plain() },
          ],
        },
        "others.gatewright.dev": { plugins: [{ plugin: plain() }] },
      },
    };
    const file = `
host: 127.0.0.1
port: 8443
metrics: { port: 9090, host: 127.0.0.1 }
log: info
leaderElection: { namespace: gatewright-system, identity: gatewright-0 }
tls:
  certFile: tls/tls.crt
  keyFile: /etc/tls/tls.key
  clientCaFile: ./ca.crt
  clientAuth: request
  allowedClients: [kube-apiserver]
maxRequestBytes: 7340032
maxBytesInFlight: 67108864
shutdown: { gracePeriodSeconds: 0.5, drainSeconds: 30 }
webhooks:
  pods.gatewright.dev:
    failurePolicy: Fail
    timeoutSeconds: 10
    plugins:
      - { plugin: ./limits.js, enforcement: warn, timeoutSeconds: 0.25, config: { mode: soft } }
      - plugin: ./plain.js
  others.gatewright.dev:
    plugins: [{ plugin: ./plain.js }]
`;
    expect(await load(file)).to.deep.equal(options);
  });

  it("gives options that a server starts with", async () => {
    const options = await load(`
host: 127.0.0.1
port: 0
log: silent
tls: { developmentFolder: certificates, hosts: [localhost] }
shutdown: { gracePeriodSeconds: 0 }
webhooks:
  pods.gatewright.dev:
    plugins: [{ plugin: ./limits.js, config: { mode: hard } }]
`);
    const server = await createServer(options);
    await server.close();
    expect(server.endpoints.map(({ path }) => path)).to.deep.equal([
      "/validate/pods.gatewright.dev",
    ]);
    expect(server.caFile).to.equal(join(folder, "certificates/ca.crt"));
  });

  it("takes a URL, and names the file as it was named", async () => {
    const url = pathToFileURL(join(folder, "mistakes.yaml"));
    expect((await refusalOf(loadConfigFile(url), folder))[0]).to.match(/^mistakes\.yaml:1:1: /);
    const path = relative(process.cwd(), join(folder, "mistakes.yaml"));
    expect((await refusalOf(loadConfigFile(path), "/nowhere"))[0]).to.match(
      new RegExp(`^${path.replaceAll(".", "\\.")}:1:1: `),
    );
  });

  it("takes JSON, which is YAML", async () => {
    const text = '{\n\t"webhooks": { "a.b.c": { "plugins": [{ "plugin": "./plain.js" }] } }\n}\n';
    expect(Object.keys((await load(text)).webhooks)).to.deep.equal(["a.b.c"]);
  });

  it("says what an empty file needs", async () => {
    const empty = [
      "gatewright.yaml:1:1: is empty; the least is: webhooks: { pods.example.com: { plugins: [{ plugin: … }] } } [GW_CONFIG_INVALID]",
    ];
    for (const text of ["", "\n", "# all\n# comment\n", "---\n", "~"]) {
      expect(await refusal(text), JSON.stringify(text)).to.deep.equal(empty);
    }
  });

  it("refuses what is no map", async () => {
    for (const text of ["webhooks", "- webhooks", "12", "[]"]) {
      expect(await refusal(text), text).to.deep.equal([
        "gatewright.yaml:1:1: must be a map of settings, webhooks among them [GW_CONFIG_INVALID]",
      ]);
    }
  });

  it("says which client certificates cannot be checked", async () => {
    const webhooks = "webhooks: { a.b.c: { plugins: [{ plugin: ./plain.js }] } }";
    const tls = (text: string) => refusal(`tls: { certFile: a, keyFile: b, ${text} }\n${webhooks}`);
    expect(await tls("clientAuth: require")).to.deep.equal([
      'gatewright.yaml:1:1: /tls: "clientCaFile" is missing [GW_CONFIG_INVALID]',
    ]);
    expect(await tls("allowedClients: [a]")).to.deep.equal([
      'gatewright.yaml:1:33: /tls/allowedClients: needs "clientCaFile" beside it [GW_CONFIG_INVALID]',
    ]);
    expect(await tls("clientCaFile: c, clientAuth: none, allowedClients: [a]")).to.deep.equal([
      'gatewright.yaml:1:50: /tls/clientAuth: cannot be "none" beside allowedClients, which nobody would check [GW_CONFIG_INVALID]',
    ]);
    await load(`tls: { certFile: a, keyFile: b, clientAuth: none }\n${webhooks}`);
  });

  it("says which plugin's rules threw", async () => {
    const text = `webhooks:
  a.b.c:
    plugins:
      - plugin: ./limits.js
      - plugin: ./throws.js
`;
    expect(await refusal(text)).to.deep.equal([
      'gatewright.yaml:4:9: /webhooks/a.b.c/plugins/0/config: "mode" is missing [GW_CONFIG_INVALID]',
      'gatewright.yaml:5:9: /webhooks/a.b.c/plugins/1: plugin "throws": validate.rules threw: Error: no [GW_PLUGIN_MISDECLARED]',
    ]);
  });

  it("imports nothing where the text is not YAML", async () => {
    const text = "webhooks:\n  a.b.c:\n    plugins:\n      - plugin: @example/x\n";
    expect(await refusal(text)).to.deep.equal([
      "gatewright.yaml:4:17: not YAML: Plain value cannot start with reserved character @; put the value in quotes [GW_CONFIG_UNREADABLE]",
    ]);
  });

  it("throws nothing but ConfigurationError, whatever the structure", async () => {
    const names = ["webhooks", "plugins", "plugin", "config", "tls", "hosts", "port", "a.b.c"];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom<unknown>(
          "./limits.js",
          "./x.js",
          "@a/b",
          "fs",
          "",
          null,
          1,
          -1,
          true,
          [],
          {},
        ),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, "__proto__", "constructor", ""), tie("tree"), {
          maxKeys: 5,
        }),
      ),
    }));
    const webhooks = fc.record({ webhooks: fc.dictionary(fc.constantFrom("a.b.c", "x"), tree) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(tree, webhooks), async (value) => {
        await load(stringify(value)).catch((error: unknown) => {
          if (!(error instanceof ConfigurationError)) throw error;
        });
      }),
      { numRuns: 100 },
    );
  });

  it("throws nothing but ConfigurationError, whatever is done to the text", async () => {
    const text = await readFile(
      new URL("../../test/fixtures/mistakes.yaml", import.meta.url),
      "utf8",
    );
    const pieces = ["\n", "  ", "- ", ": ", "{", "]", "*soft ", "&soft ", "'", "|\n", "\0", "<<: "];
    const edit = fc.tuple(
      fc.nat(text.length),
      fc.nat(20),
      fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 3 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let edited = text;
        for (const [at, cut, put] of edits)
          edited = edited.slice(0, at) + put + edited.slice(at + cut);
        await load(edited).catch((error: unknown) => {
          if (!(error instanceof ConfigurationError)) throw error;
        });
      }),
      { numRuns: 100 },
    );
  });
});
