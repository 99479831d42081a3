import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";

interface Report {
  certificate: { subjectAltNames: string[]; daysLeft: number; fingerprint256: string };
  cas: { daysLeft: number }[];
  problems: string[];
}

const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("gatewright certs, offline", () => {
  const folder = useConfigurations();
  const run = async (args: string[], stdin = "", isTTY = false) => {
    const terminal = createTestTerminal({
      cwd: folder.path(),
      stdin,
      isTTY: { stdin: false, stdout: isTTY, stderr: false },
    });
    const code = await runGatewright(["certs", ...args], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  };
  const show = async (...args: string[]) => {
    const { code, out, err } = await run(["show", ...args, "-o", "json"]);
    return { code, err, report: JSON.parse(out || "{}") as Report };
  };

  it("makes files for their owner alone, and never over others", async () => {
    const args = ["create", "--service", "hook", "--namespace", "shop", "--host", "10.0.0.1"];
    const made = await run([...args, "--out", "made"]);
    expect(made).to.deep.equal({
      code: 0,
      out: "",
      err: ["tls.crt", "tls.key", "ca.crt", "ca.key"].map((name) => `made/${name}\n`).join(""),
    });
    for (const name of ["tls.key", "ca.key"]) {
      expect((await stat(join(folder.path(), "made", name))).mode & 0o777).to.equal(0o600);
    }
    const again = await run([...args, "--out", "made"]);
    expect(again.code).to.equal(1);
    expect(again.err).to.equal("made/tls.crt is there already: name another folder\n");
    const { code, report } = await show("--cert", "made/tls.crt", "--ca-file", "made/ca.crt");
    expect(code).to.equal(0);
    expect(report.problems).to.deep.equal([]);
    expect(report.certificate.subjectAltNames).to.deep.equal([
      "hook.shop.svc",
      "hook.shop",
      "hook.shop.svc.cluster.local",
      "10.0.0.1",
    ]);
    expect([report.certificate.daysLeft, report.cas[0]?.daysLeft]).to.deep.equal([89, 1824]);
  });

  it("makes another certificate of a CA that is there", async () => {
    await run(["create", "--out", "first"]);
    const of = ["--ca-cert", "first/ca.crt", "--ca-key", "first/ca.key"];
    expect(await run(["create", ...of, "--out", "second"])).to.include({ code: 0 });
    const { code, report } = await show("--cert", "second/tls.crt", "--ca-file", "first/ca.crt");
    expect([code, report.problems]).to.deep.equal([0, []]);
    const long = await run(["create", ...of, "--days", "4000", "--out", "long"]);
    expect([long.code, long.err]).to.deep.equal([
      0,
      long.err.replace(/^.*\n/, () => `the certificate ends with its CA, on ${inDays(1825)}\n`),
    ]);
    const wrong = ["--ca-cert", "first/ca.crt", "--ca-key", "first/tls.key"];
    const refused = await run(["create", ...wrong, "--out", "third"]);
    expect(refused.code).to.equal(2);
    expect(refused.err).to.contain("first/tls.key is not the key of the CA in first/ca.crt");
  });

  it("prints a Secret that the server goes on with; not to a screen", async () => {
    const { code, out } = await run(["create", "--secret"]);
    expect(code).to.equal(0);
    const secret = parse(out) as { metadata: object; data: Record<string, string> };
    expect(secret.metadata).to.deep.equal({
      name: "gatewright-tls",
      namespace: "gatewright-system",
      labels: { "app.kubernetes.io/managed-by": "gatewright" },
    });
    expect(Object.keys(secret.data).sort()).to.deep.equal([
      "ca.crt",
      "ca.key",
      "tls.crt",
      "tls.key",
    ]);
    const shown = await run(["create", "--secret"], "", true);
    expect([shown.code, shown.out]).to.deep.equal([2, ""]);
  });

  it("says where it is to write to, and what goes with what", async () => {
    for (const args of [
      ["create"],
      ["create", "--out", "a", "--secret"],
      ["create", "--out", "a", "--ca-key", "b"],
      ["create", "--out", "a", "--days", "none"],
      ["create", "--out", "a", "--days", "1826"],
      ["create", "--out", "a", "--host", "bad host"],
      ["create", "--out", "a", "--host", "a..b"],
      ["show", "--ca-file", "a"],
      ["show", "--cert", "a", "--connect", "b:1"],
      ["show", "--cert", "missing.crt"],
      ["patch-ca-bundle", "--ca-file", "missing.crt"],
      ["rotate", "--timeout", "soon"],
    ]) {
      const { code, out, err } = await run(args);
      expect([code, out], args.join(" ")).to.deep.equal([2, ""]);
      expect(err).not.to.equal("");
    }
  });

  it("ends with 1 where the CA is another", async () => {
    await run(["create", "--out", "a"]);
    await run(["create", "--out", "b"]);
    const { code, report } = await show("--cert", "a/tls.crt", "--ca-file", "b/ca.crt");
    expect(code).to.equal(1);
    expect(report.problems).to.deep.equal([
      "a/tls.crt and b/ca.crt: none of its CAs verifies the certificate",
    ]);
    const { out } = await run(["show", "--cert", "a/tls.crt", "--ca-file", "b/ca.crt"]);
    expect(out).to.contain("wrong: a/tls.crt").and.to.contain("CN=gatewright");
  });

  it("shows no table of nothing", async () => {
    await run(["create", "--out", "keyed"]);
    const { code, out } = await run(["show", "--cert", "keyed/tls.key"]);
    expect(code).to.equal(1);
    expect(out).to.equal(
      "from keyed/tls.key\n\nwrong: keyed/tls.key has no certificate that can be read\n",
    );
  });

  it("gives the CA to the manifests on standard input, and refuses a key", async () => {
    await run(["create", "--out", "patch"]);
    const manifest =
      "kind: MutatingWebhookConfiguration\nwebhooks:\n- clientConfig: {url: 'https://a'}\n";
    const { code, out } = await run(["patch-ca-bundle", "--ca-file", "patch/ca.crt"], manifest);
    expect(code).to.equal(0);
    const { webhooks } = parse(out) as { webhooks: { clientConfig: { caBundle: string } }[] };
    const ca = await readFile(join(folder.path(), "patch", "ca.crt"), "utf8");
    expect(Buffer.from(webhooks[0]?.clientConfig.caBundle ?? "", "base64").toString()).to.equal(ca);
    const key = await run(["patch-ca-bundle", "--ca-file", "patch/ca.key"], manifest);
    expect([key.code, key.out]).to.deep.equal([2, ""]);
    expect(key.err).to.contain("holds a private key").and.not.to.contain("BEGIN");
    const leaf = await run(["patch-ca-bundle", "--ca-file", "patch/tls.crt"], manifest);
    expect(leaf.err).to.contain("holds no certificate of a CA");
    const bad = await run(["patch-ca-bundle", "--ca-file", "patch/ca.crt"], "a: [\nb: }\n");
    expect([bad.code, bad.out]).to.deep.equal([2, ""]);
    expect(bad.err).to.match(/^standard input is no YAML: .+ at line \d+, column \d+\n$/);
    const none = await run(["patch-ca-bundle", "--ca-file", "patch/ca.crt"], "kind: Pod\n");
    expect([none.code, none.out]).to.deep.equal([1, ""]);
  });
});
