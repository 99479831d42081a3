import { expect } from "chai";
import { before, describe, it } from "mocha";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { testCertificate } from "../../test/test-ca.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { planRegistration } from "./plan-registration.ts";

describe("planRegistration(terminal, config, caFile)", () => {
  const folder = useConfigurations();
  let config: string;
  before(async () => {
    for (const [name, text] of Object.entries(await testCertificate()))
      await folder.write(name, text);
    await folder.write("none.crt", "");
    config = await folder.write(
      "gatewright.yaml",
      `tls: { certFile: tls.crt, keyFile: tls.key, caFile: ca.key }
webhooks: { pods.example.com: { plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }] } }
`,
    );
  });
  const plan = (caFile?: string) =>
    planRegistration(createTestTerminal({ cwd: folder.path() }), config, caFile);
  const refusal = (caFile?: string) =>
    plan(caFile).then(
      () => expect.fail("it is taken"),
      ({ message, exitCode }: { message: string; exitCode: number }) => `${exitCode}: ${message}`,
    );

  it("has everybody who sees webhook configurations see CAs, and no private key", async () => {
    expect(await refusal("tls.key")).to.equal(
      "2: --ca-file tls.key holds a private key: give the CA's certificate alone",
    );
    const ofFile = await refusal();
    expect(ofFile).to.match(/^2: tls\.caFile .*ca\.key holds a private key: /);
    expect(ofFile)
      .to.match(/\n--ca-file names another file$/)
      .and.not.contain("BEGIN");
  });

  it("refuses a CA that verifies nothing: under Fail, every call would fail", async () => {
    const none = "holds no certificate of a CA";
    expect(await refusal("none.crt")).to.equal(`2: --ca-file none.crt ${none}`);
    expect(await refusal("gatewright.yaml")).to.equal(`2: --ca-file gatewright.yaml ${none}`);
    expect(await refusal("tls.crt")).to.equal(`2: --ca-file tls.crt ${none}`);
    expect(await refusal("nowhere.crt")).to.equal(
      "2: --ca-file nowhere.crt cannot be read: there is no such file",
    );
  });

  it("takes the CA", async () => {
    const { ca } = await plan("ca.crt");
    expect(ca).to.deep.include({ kind: "pem", pem: (await testCertificate())["ca.crt"] });
  });
});
