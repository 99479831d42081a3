import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { judging, rule, server, validating, webhook } from "../../test/doctor/cluster.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";

const cwd = fileURLToPath(new URL("../../test/doctor/", import.meta.url));

async function doctor(args: readonly string[], stdin: unknown = "") {
  const text = typeof stdin === "string" ? stdin : JSON.stringify(stdin);
  const terminal = createTestTerminal({ cwd, stdin: text });
  const code = await runGatewright(["doctor", ...args], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

const list = (...items: unknown[]) => ({
  apiVersion: "v1",
  kind: "List",
  items: [...Object.values(server()), ...items],
});
const ignored = list(validating(webhook({ failurePolicy: "Ignore" })));

describe("gatewright doctor", () => {
  it("ends with 0 where nothing is wrong, and says what it has judged", async () => {
    const { code, out, err } = await doctor(["good"]);
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.match(/\n5 webhooks, 1 policy: nothing found\n$/);
    expect(out).to.include(
      "If every server of webhooks were down, would it still work?\n  yes    nodes register",
    );
  });

  it("says of each finding what, where, why, by what source, and what to write", async () => {
    const { code, out } = await doctor(["-"], ignored);
    expect(code).to.equal(1);
    expect(out).to.match(
      /^warning GWD126-ignore {2}-:1:\d+ ValidatingWebhookConfiguration\/example, webhook configmaps\.example\.com, \/webhooks\/0\/failurePolicy\n {2}webhook .* refuses nothing while it does not answer\.\n {2}With failurePolicy Ignore.*\n {2}kubernetes\.io\/docs.*\n {4}failurePolicy: Fail\n/,
    );
    expect(out).to.match(/\n1 webhook, 0 policies: 1 warning\n$/);
  });

  it("breaks lines at a terminal's width, and nowhere else", async () => {
    const isTTY = { stdin: false, stdout: true, stderr: false };
    const terminal = createTestTerminal({ cwd, isTTY, columns: 60 });
    await runGatewright(["doctor", "published/cert-manager.yaml"], terminal);
    const long = (text: string) =>
      text.split("\n").filter((line) => /^ {2}\S/.test(line) && line.length > 60);
    expect(long(terminal.out()).filter((line) => line.trim().includes(" "))).to.be.empty;
    const { out } = await doctor(["published/cert-manager.yaml"]);
    expect(long(out)).not.to.be.empty;
    const words = (text: string) => text.split(/\s+/).join(" ");
    expect(words(terminal.out())).to.equal(words(out));
  });

  it("names file, line and column", async () => {
    const { out } = await doctor(["published/cert-manager.yaml"]);
    expect(out).to.include(
      "warning GWD501-timeout  published/cert-manager.yaml:35:21 MutatingWebhookConfiguration/cert-manager-webhook, webhook webhook.cert-manager.io, /webhooks/0/timeoutSeconds\n",
    );
  });

  it("writes all of it for programs", async () => {
    const json = await doctor(["-", "-o", "json"], ignored);
    const report = JSON.parse(json.out) as Record<string, unknown>;
    expect(Object.keys(report)).to.deep.equal(["judged", "findings", "outage", "notes", "hidden"]);
    expect(report["judged"]).to.deep.equal({ webhooks: 1, policies: 0 });
    const yaml = await doctor(["-", "-o", "yaml"], ignored);
    expect(parse(yaml.out)).to.deep.equal(report);
    expect([json.code, yaml.code]).to.deep.equal([1, 1]);
  });

  it("goes by --severity and --skip", async () => {
    expect((await doctor(["-", "--severity", "error"], ignored)).code).to.equal(0);
    expect((await doctor(["-", "--severity", "info"], ignored)).code).to.equal(1);
    expect((await doctor(["-", "--skip", "GWD503,GWD126-ignore"], ignored)).code).to.equal(0);
    expect(await doctor(["-", "--skip", "GWD999"], ignored)).to.deep.equal({
      code: 2,
      out: "",
      err: "--skip: there is no finding GWD999\n",
    });
    // No other than the one that is named: GWD12 is none of GWD126.
    expect((await doctor(["-", "--skip", "GWD12"], ignored)).code).to.equal(2);
  });

  it("takes the control plane's version", async () => {
    const conditions = { matchConditions: [{ name: "a", expression: "true" }] };
    const given = list(validating(webhook(conditions)));
    expect((await doctor(["-"], given)).code).to.equal(0);
    const { code, out } = await doctor(["-", "--kubernetes-version", "1.27"], given);
    expect(code).to.equal(1);
    expect(out).to.match(/GWD702/);
    expect((await doctor(["-", "--kubernetes-version", "new"], given)).code).to.equal(2);
  });

  it("judges what a configuration file comes to, beside files", async () => {
    const own = await doctor(["-c", "four-plugins.yaml"]);
    expect(own.code, own.out + own.err).to.equal(0);
    expect(own.out).to.match(/\n6 webhooks, 0 policies: nothing found/);
    const beside = await doctor(
      ["-c", "four-plugins.yaml", "-"],
      list(judging(rule(["nodes"], ["CREATE", "UPDATE"]))),
    );
    expect(beside.code).to.equal(1);
    expect(beside.out).to.match(/GWD203.*\n[^]*\n7 webhooks/);
  });

  it("finds what a configuration file includes for all that", async () => {
    const { code, out } = await doctor(["-c", "included.yaml"]);
    expect(code).to.equal(1);
    expect(out).to.match(/^error {3}GWD202-kube-system {2}included\.yaml ValidatingWebhook/m);
    expect(out).to.match(/^ {2}no {5}pods of kube-system/m);
  });

  it("says that there was nothing to judge", async () => {
    const { code, out } = await doctor(["-"], list());
    expect(code).to.equal(0);
    expect(out).to.match(
      /note {2}there is no webhook configuration .*\n0 webhooks, 0 policies: nothing/,
    );
  });

  it("ends with 1 for webhooks that are no list", async () => {
    const { code, out } = await doctor(["-"], { ...validating(), webhooks: "nope" });
    expect(code).to.equal(1);
    expect(out).to.match(/^error {3}GWD708-no-list {2}-:1:\d+ ValidatingWebhook/m);
  });

  it("says what it cannot read", async () => {
    expect(await doctor(["none.yaml"])).to.deep.equal({
      code: 2,
      out: "",
      err: "none.yaml cannot be read: there is no such file\n",
    });
    expect((await doctor(["-"], "a: [")).code).to.equal(2);
    expect((await doctor(["good", "--context", "x"])).code).to.equal(2);
    expect((await doctor(["-c", "none.yaml"])).code).to.equal(2);
  });

  it("ends with 3 where there is no API server", async () => {
    const terminal = createTestTerminal({ cwd });
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "a", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "a", user: { token: "x" } }],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      "current-context": "a",
    };
    const folder = await mkdtemp(join(tmpdir(), "gatewright-doctor-"));
    await writeFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
    const code = await runGatewright(
      ["doctor", "--kubeconfig", join(folder, "kubeconfig")],
      terminal,
    );
    await rm(folder, { recursive: true });
    expect({ code, out: terminal.out() }).to.deep.equal({ code: 3, out: "" });
    expect(terminal.err()).to.match(/127\.0\.0\.1:1.*ECONNREFUSED/);
  });
});
