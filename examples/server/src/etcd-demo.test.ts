// What the tests of etcd/ share: its files, as they are used on this machine.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfigText } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";

/** The folder of the demo. */
export const DEMO = fileURLToPath(new URL("../etcd/", import.meta.url));
const GUARD = fileURLToPath(
  new URL("../../../packages/plugin-etcd-leader-guard/README.md", import.meta.url),
);

/**
 * `gatewright.yaml` with what is elsewhere on this machine: the members, the certificate, the ports.
 *
 * @throws Error where the file has no such line any more
 */
export async function demoConfig(endpoints: readonly string[]): Promise<string> {
  const text = await readFile(join(DEMO, "gatewright.yaml"), "utf8");
  const here: [RegExp, string][] = [
    [/template: .*/, `endpoints: ${JSON.stringify(endpoints)}`],
    [/certFile: .*\n +keyFile: .*/, "hosts: [127.0.0.1]"],
    [/^port: 8443/m, "host: 127.0.0.1"],
    [/port: 9090/, "port: 0\n  host: 127.0.0.1"],
    [/$/, "\nshutdown: { gracePeriodSeconds: 0 }\n"],
  ];
  return here.reduce((now, [line, other]) => {
    if (!line.test(now)) throw new Error(`gatewright.yaml has no ${line}`);
    return now.replace(line, () => other);
  }, text);
}

/** What README.md shows below a command. */
export async function shownFor(command: string): Promise<string> {
  const readme = await readFile(join(DEMO, "README.md"), "utf8");
  const block = `\`\`\`sh\n${command}\n\`\`\`\n`;
  const [, after] = readme.split(block);
  const [, shown] = /^[^`]*```text\n(.*?)```/s.exec(after ?? "") ?? [];
  if (shown === undefined) throw new Error(`README.md does not show what comes of ${command}`);
  return shown;
}

const importPlugin = (name: string) => import(name);

describe("examples/server/etcd/gatewright.yaml", () => {
  it("is a configuration with the guard on a webhook of its own", async () => {
    const file = join(DEMO, "gatewright.yaml");
    const { webhooks } = await loadConfigText(await readFile(file, "utf8"), file, { importPlugin });
    const names = Object.entries(webhooks).map(([webhook, { plugins }]) => [
      webhook,
      plugins.map((entry) => ("plugin" in entry ? entry.plugin : entry).name),
    ]);
    expect(names).to.deep.equal([
      ["etcd.gatewright.dev", ["etcd-leader-guard"]],
      ["pods.gatewright.dev", ["run-as-nonroot"]],
    ]);
  });
});

describe("packages/plugin-etcd-leader-guard/README.md", () => {
  it("shows configurations that load", async () => {
    const readme = await readFile(GUARD, "utf8");
    const blocks = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = ""]) => block);
    const configs = blocks.filter((block) => /^(?:webhooks|clusters):/m.test(block));
    expect(configs.length).to.be.greaterThan(3);
    for (const config of configs) {
      // Of a later one only the cluster is shown.
      const whole = /^webhooks:/m.test(config)
        ? config
        : `webhooks:\n  etcd.example.com:\n    plugins:\n      - plugin: "@gatewright/plugin-etcd-leader-guard"\n        config:\n${config.replaceAll(/^(?=.)/gm, "          ")}`;
      const { webhooks } = await loadConfigText(whole, "shown.yaml", { importPlugin });
      expect(Object.keys(webhooks)).to.have.length(1);
    }
  });
});
