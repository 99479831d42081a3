import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type GatewrightProcess, startGatewright } from "../../test/serve-process.ts";

// Beneath the package, where plugins are found as in a user's project.
const TEST = fileURLToPath(new URL("../../test/", import.meta.url));

describe("gatewright serve", () => {
  let cwd: string;
  let started: GatewrightProcess[];
  beforeEach(async () => {
    cwd = await mkdtemp(join(TEST, "serve-"));
    started = [];
    await writeConfig("shutdown: { gracePeriodSeconds: 0 }\n");
  });
  afterEach(async () => {
    for (const { child, ended } of started) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(cwd, { recursive: true });
  });

  const writeConfig = (more: string, file = "gatewright.yaml") =>
    writeFile(
      join(cwd, file),
      `host: 127.0.0.1
${more}webhooks:
  pods.example.com:
    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]
`,
    );

  function start(...args: string[]): GatewrightProcess {
    const gatewright = startGatewright(["serve", ...args], cwd);
    started.push(gatewright);
    return gatewright;
  }

  it("serves the configuration of its folder, and ends well on SIGTERM", async () => {
    const { child, ended, url } = start("--port", "0");
    expect(await url()).to.match(/^https:\/\/127\.0\.0\.1:[1-9]\d*$/);
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
  });

  it("serves the configuration that is named", async () => {
    await writeConfig("port: 0\n", "other.yaml");
    const { child, ended, url } = start("-c", "other.yaml");
    await url();
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect((await ended).code).to.equal(0);
  });

  it("says in one line that the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await start("--port", `${port}`).ended;
    other.close();
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    expect(stderr).to.match(/^cannot listen on 127\.0\.0\.1:.* \[GW_LISTEN\]\n$/);
  });

  it("says in one line what is wrong with the configuration, and where", async () => {
    await writeConfig("prot: 8443\n");
    const { code, stdout, stderr } = await start().ended;
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(
      /gatewright\.yaml:2:1: .*did you mean "port".* \[GW_CONFIG_INVALID\]\n$/,
    );
  });

  it("says in one line what is wrong with a port", async () => {
    for (const port of ["http", "65536", "-1", "1.5"]) {
      expect(await start(`--port=${port}`).ended).to.deep.equal({
        code: 2,
        stdout: "",
        stderr: `--port must be a number from 0 to 65535, not "${port}"\n`,
      });
    }
  });

  it("says which kubeconfig is not there, where a plugin needs a cluster", async () => {
    const quota = `cluster: {}
webhooks:
  quota.example.com:
    plugins: [{ plugin: "@gatewright/plugin-namespace-quota", config: { rules: [{ quota: { pods: 1 } }] } }]
`;
    await writeFile(join(cwd, "gatewright.yaml"), quota);
    const { code, stderr } = await start("--kubeconfig", "none.yaml", "--port", "0").ended;
    expect(code).to.equal(2);
    expect(stderr).to.match(/none\.yaml.* \[GW_CLUSTER_CONFIG\]\n$/);
  });

  it("ends as every command does where the API server cannot be reached", async () => {
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "a", user: { token: "x" } }],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      "current-context": "a",
    };
    await writeFile(join(cwd, "kubeconfig"), JSON.stringify(kubeconfig));
    await writeConfig("cluster: { kubeconfig: kubeconfig }\nport: 0\ntls: { secret: {} }\n");
    for (const args of [[], ["--kubeconfig", "kubeconfig"]]) {
      const { code, stderr } = await start(...args).ended;
      expect(code, stderr).to.equal(3);
      expect(stderr).to.match(/ECONNREFUSED.* \[GW_CLUSTER\]\n$/);
    }
  });
});
