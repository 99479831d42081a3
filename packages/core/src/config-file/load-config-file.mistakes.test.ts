import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configFolders, pluginModule, refusalOf } from "../../test/config-folder.ts";
import { loadConfigFile } from "./load-config-file.ts";

const limits = pluginModule(
  "limits",
  `config: {
    type: "object",
    additionalProperties: false,
    properties: { max: { type: "integer", default: 3 }, mode: { enum: ["soft", "hard"] } },
    required: ["mode"],
  },`,
);

const keys =
  "known are host, port, metrics, log, tls, cluster, leaderElection, registration, deployment, maxRequestBytes, maxBytesInFlight, shutdown, webhooks [GW_CONFIG_INVALID]";

const messages = [
  `2:1: /prt: unknown key "prt" (did you mean "port"?); ${keys}`,
  "3:1: /port: must be a port: a whole number from 0 to 65535 [GW_CONFIG_INVALID]",
  "4:1: /host: has no value; it must be string [GW_CONFIG_INVALID]",
  '5:1: /log: must be one of "debug", "info", "warn", "error", "silent" (did you mean "info"?) [GW_CONFIG_INVALID]',
  '6:1: /metrics: "port" is missing [GW_CONFIG_INVALID]',
  '6:12: /metrics/prt: unknown key "prt" (did you mean "port"?); known are port, host [GW_CONFIG_INVALID]',
  '8:3: /tls/certFile: needs "keyFile" beside it [GW_CONFIG_INVALID]',
  "8:3: /tls/certFile: cannot stand beside developmentFolder and hosts, which are for a development certificate [GW_CONFIG_INVALID]",
  '9:11: /tls/hosts/0: "a b" is neither a DNS name nor an IP address [GW_CONFIG_INVALID]',
  "11:3: /shutdown/gracePeriodSeconds: must be >= 0 [GW_CONFIG_INVALID]",
  '12:3: /shutdown/drainSecond: unknown key "drainSecond" (did you mean "drainSeconds"?); known are gracePeriodSeconds, drainSeconds [GW_CONFIG_INVALID]',
  "13:18: /maxRequestBytes: .inf is no number that JavaScript can hold: put it in quotes if it is text [GW_CONFIG_INVALID]",
  "15:3: /webhooks/pods: a webhook's name is a domain name of three parts at least: pods.example.com [GW_CONFIG_INVALID]",
  '16:5: /webhooks/pods/failurePolicy: must be one of "Fail", "Ignore" (did you mean "Fail"?) [GW_CONFIG_INVALID]',
  "17:5: /webhooks/pods/timeoutSeconds: must be whole seconds from 1 to 30 [GW_CONFIG_INVALID]",
  '20:9: /webhooks/pods/plugins/0/config: "mode" is missing [GW_CONFIG_INVALID]',
  '20:19: /webhooks/pods/plugins/0/config/maxx: unknown key "maxx" (did you mean "max"?); known are max, mode [GW_CONFIG_INVALID]',
  "20:28: /webhooks/pods/plugins/0/config/max: must be integer, not string [GW_CONFIG_INVALID]",
  '21:9: /webhooks/pods/plugins/0/enforcment: unknown key "enforcment" (did you mean "enforcement"?); known are plugin, enforcement, timeoutSeconds, config [GW_CONFIG_INVALID]',
  '22:9: /webhooks/pods/plugins/1: must be a map: plugin: "@gatewright/plugin-run-as-nonroot" [GW_CONFIG_INVALID]',
  '23:9: /webhooks/pods/plugins/2/plugin: there is no file limit.js (did you mean "limits.js"?) [GW_PLUGIN_NOT_FOUND]',
  '24:9: /webhooks/pods/plugins/3/plugin: no package "@example/plugin-qota" is installed (did you mean "@example/plugin-quota"?) [GW_PLUGIN_NOT_FOUND]',
  '25:3: /webhooks/none.example.com: "plugins" is missing [GW_CONFIG_INVALID]',
  '27:5: /webhooks/empty.example.com/plugins: must list one plugin at least: - plugin: "@gatewright/plugin-run-as-nonroot" [GW_CONFIG_INVALID]',
  "28:3: /webhooks/null.example.com: has no value; it must be object [GW_CONFIG_INVALID]",
  '32:9: /webhooks/more.example.com/plugins/0: "plugin" is missing [GW_CONFIG_INVALID]',
  "34:9: /webhooks/more.example.com/plugins/1/timeoutSeconds: must be seconds above 0 [GW_CONFIG_INVALID]",
  '35:25: /webhooks/more.example.com/plugins/1/config/mode: must be one of "soft", "hard" (did you mean "soft"?) [GW_CONFIG_INVALID]',
  '35:25: /webhooks/more.example.com/plugins/2/config/mode: must be one of "soft", "hard" (did you mean "soft"?) [GW_CONFIG_INVALID]',
  '42:9: /webhooks/twice.example.com/plugins/1: "plugin" is missing [GW_CONFIG_INVALID]',
  '43:9: /webhooks/twice.example.com/plugins/2: plugin "limits" is listed twice [GW_CONFIG_INVALID]',
  "45:1: /port: is set twice; first in line 3 [GW_CONFIG_INVALID]",
];

describe("loadConfigFile(path)", () => {
  const makeFolder = configFolders();

  it("reports all mistakes at once, each with line, column and pointer", async () => {
    const folder = await makeFolder({
      "package.json": '{ "type": "module" }',
      "limits.js": limits,
      "node_modules/@example/plugin-quota/package.json": '{ "exports": "./index.js" }',
    });
    const file = join(folder, "mistakes.yaml");
    await copyFile(new URL("../../test/fixtures/mistakes.yaml", import.meta.url), file);
    const refused = await refusalOf(loadConfigFile(file), folder);
    expect(refused).to.deep.equal(messages.map((message) => `mistakes.yaml:${message}`));
  });

  it("shows an example of what to write, where the plugin's schema has one", async () => {
    const folder = await makeFolder({
      "lists.js": pluginModule(
        "lists",
        `config: {
          type: "object",
          additionalProperties: false,
          required: ["names"],
          examples: [{ names: ["a"] }],
          properties: {
            names: { type: "array", items: { type: "string" }, examples: [["a", "b: c"]] },
            amount: { anyOf: [{ type: "string" }, { type: "number" }], examples: ["500m"] },
            plain: { type: "string" },
          },
        },`,
      ),
      "gatewright.yaml": [
        "webhooks:",
        "  a.example.com: { plugins: [{ plugin: ./lists.js }] }",
        "  b.example.com:",
        "    plugins:",
        "      - plugin: ./lists.js",
        "        config: { names: [1], amount: [], plain: 1, nmes: [] }",
      ].join("\n"),
    });
    const refused = await refusalOf(loadConfigFile(join(folder, "gatewright.yaml")), folder);
    const at = "/webhooks/b.example.com/plugins/0/config";
    expect(refused.map((line) => line.replace(/^\S+ /, "").replace(/ \[GW\S+$/, ""))).to.deep.equal(
      [
        '/webhooks/a.example.com/plugins/0/config: "names" is missing; for example config: { names: [ a ] }',
        `${at}/names/0: must be string, not number; for example names: [ a, "b: c" ]`,
        `${at}/amount: must be string, not array`,
        `${at}/amount: must be number, not array; for example amount: 500m`,
        `${at}/plain: must be string, not number`,
        `${at}/nmes: unknown key "nmes" (did you mean "names"?); known are names, amount, plain`,
      ],
    );
  });
});
