import { createServer, definePlugin, type Server, silentLogger } from "@gatewright/core";
import { connectCluster, selfManagedCertificate } from "@gatewright/kubernetes";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";
import type { ShowReport } from "./show-report.ts";

const FILE = `
tls: { secret: { name: kept } }
deployment: { name: hook, namespace: default }
webhooks: {}
`;

describe("gatewright certs, on a real API server", () => {
  const folder = useConfigurations();
  let plane: ControlPlane;
  let server: Server;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    await folder.write("gatewright.yaml", FILE);
    const looks = definePlugin({
      name: "looks",
      validate: {
        rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["*"] }],
        sideEffects: "None",
        handle() {},
      },
    });
    server = await createServer({
      port: 0,
      host: "127.0.0.1",
      log: silentLogger,
      shutdown: { gracePeriodSeconds: 0 },
      cluster: () => connectCluster({ kubeconfig: plane.kubeconfig }),
      webhooks: { "pods.example.com": { plugins: [looks()] } },
      tls: selfManagedCertificate({
        secret: { name: "kept" },
        service: { name: "hook", namespace: "default" },
        propagationSeconds: 2,
      }),
    });
  });
  after(async () => {
    await server?.close();
    await plane?.stop();
  });

  const run = async (...args: string[]) => {
    const terminal = createTestTerminal({ cwd: folder.path() });
    const to = ["--kubeconfig", plane.kubeconfig, "-c", "gatewright.yaml"];
    const code = await runGatewright(["certs", ...args, ...to], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  };
  const show = async (...args: string[]): Promise<ShowReport & { code: number }> => {
    const { code, out, err } = await run("show", "-o", "json", ...args);
    expect(err).to.equal("");
    return { code, ...(JSON.parse(out) as ShowReport) };
  };
  const secret = "/api/v1/namespaces/default/secrets/kept";
  const bundle = async (): Promise<string> =>
    (await plane.request(secret)).body.data["ca.crt"] as string;
  const register = async (caBundle: string) => {
    const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    await plane.request(`${path}/hook`, { method: "DELETE" });
    const webhook = {
      clientConfig: { service: { name: "hook", namespace: "default" }, caBundle },
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
      ],
      failurePolicy: "Ignore",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    };
    const webhooks = ["a", "b"].map((name) => ({ ...webhook, name: `${name}.example.com` }));
    const { status } = await plane.request(path, {
      body: { metadata: { name: "hook" }, webhooks },
    });
    expect(status).to.equal(201);
  };

  it("shows the Secret, and what a server serves: the same", async () => {
    const { code, certificate, cas, problems, from } = await show();
    expect([code, problems, from]).to.deep.equal([0, [], "Secret default/kept"]);
    expect(certificate?.subjectAltNames).to.include("hook.default.svc");
    expect(cas).to.have.length(1);
    expect((await run("show")).out).to.contain("\nregistered nowhere: ");
    const served = await show("--connect", `127.0.0.1:${server.port}`);
    expect(served.certificate).to.deep.equal(certificate);
    expect([served.code, served.problems]).to.deep.equal([0, []]);
    const nobody = await run("show", "--connect", "127.0.0.1:1");
    expect([nobody.code, nobody.err]).to.deep.equal([
      1,
      "--connect 127.0.0.1:1: nobody listens there\n",
    ]);
  });

  it("says of each registered webhook whether it verifies what is served", async () => {
    await register(await bundle());
    const good = await show();
    expect([good.code, good.webhooks]).to.deep.equal([
      0,
      ["a", "b"].map((name) => ({
        webhook: `ValidatingWebhookConfiguration hook, webhook ${name}.example.com`,
        verifies: true,
        why: null,
      })),
    ]);
    await register(Buffer.from(plane.ca).toString("base64"));
    const { code, out } = await run("show");
    expect(code).to.equal(1);
    expect(out).to.match(/webhook b\.example\.com +none of its CAs verifies the certificate\n/);
  });

  it("has the servers replace certificate and CA, and waits for it", async () => {
    await register(await bundle());
    const before = await show();
    const { err, ...waited } = await run("rotate", "--wait");
    expect(waited).to.deep.equal({ code: 0, out: "" });
    expect(err).to.match(/done\n$/);
    const renewed = await show();
    expect(renewed.certificate?.fingerprint256).not.to.equal(before.certificate?.fingerprint256);
    expect(renewed.cas).to.deep.equal(before.cas);
    const asked = await run("rotate", "--ca");
    expect([asked.code, asked.err.slice(0, 19)]).to.deep.equal([0, "asked for a new CA:"]);
    await waitUntil(async () => (await show()).cas.length === 2, { what: "the next CA" });
    expect((await show()).rotation).to.equal("ca, begun");
    expect((await run("rotate")).code).to.equal(0);
    expect((await show()).rotation).to.equal("ca, begun");
    expect(await run("rotate", "--ca", "--wait", "--timeout", "0")).to.include({ code: 1 });
    expect((await run("rotate", "--ca", "--wait", "--timeout", "0")).err).to.contain(
      "the servers go on with it all the same",
    );
    await register(await bundle());
    await waitUntil(async () => (await show()).rotation === null, {
      what: "the old CA to go",
      timeoutMs: 60_000,
    });
    const { code, cas, webhooks } = await show("--connect", `127.0.0.1:${server.port}`);
    expect([code, cas.length]).to.deep.equal([0, 1]);
    expect(cas[0]?.fingerprint256).not.to.equal(before.cas[0]?.fingerprint256);
    expect(webhooks.every(({ verifies }) => verifies)).to.equal(true);
  });

  it("refuses a Secret that is not there, or not Gatewright's", async () => {
    const missing = await run("rotate", "--secret", "none");
    expect([missing.code, missing.err]).to.deep.equal([
      1,
      "there is no Secret default/none: a server with tls.secret makes it when it starts; --namespace and --secret, or deployment.namespace and tls.secret.name in the file, name another\n",
    ]);
    await plane.request("/api/v1/namespaces/default/secrets", {
      body: { metadata: { name: "foreign" } },
    });
    expect(await run("rotate", "--secret", "foreign")).to.include({ code: 1 });
    expect(await run("show", "--secret", "none")).to.include({ code: 1, out: "" });
    expect(await run("show", "--secret", "foreign")).to.include({ code: 1 });
  });
});
