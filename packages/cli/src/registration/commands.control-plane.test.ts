import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";

const FILE = `
tls: { certFile: tls.crt, keyFile: tls.key, caFile: ca.crt }
deployment: {}
cluster: {}
registration: { settleSeconds: 0 }
webhooks:
  pods.example.com:
    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]
`;
const KINDS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

describe("gatewright register and unregister, on a real API server", () => {
  const folder = useConfigurations();
  let plane: ControlPlane;
  let config: string;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    await folder.write("ca.crt", plane.ca);
    config = await folder.write("gatewright.yaml", FILE);
  });
  after(() => plane?.stop());

  const run = async (command: string, ...args: string[]) => {
    const terminal = createTestTerminal({ cwd: folder.path() });
    const code = await runGatewright([command, ...args], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  };
  const cluster = () => ["--kubeconfig", plane.kubeconfig];
  const status = async (kind: string) =>
    (await plane.request(`/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/gatewright`))
      .status;

  it("shows what it would register, which the API server takes by a dry run, and asks no cluster", async () => {
    const { code, out, err } = await run("register", "--dry-run", "-o", "yaml");
    expect([code, err]).to.deep.equal([0, ""]);
    const shown = parse(out) as { items: { kind: string }[] };
    expect(shown.items.map(({ kind }) => kind)).to.deep.equal(KINDS);
    const args = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
    const { stdout, exitCode } = await plane.kubectl(args, { input: out });
    expect([exitCode, stdout.match(/created \(server dry run\)/g)?.length]).to.deep.equal([0, 2]);
  });

  it("registers once the Deployment is ready, says so, and again without harm", async () => {
    const path = "/apis/apps/v1/namespaces/gatewright-system/deployments";
    expect(await run("register", ...cluster())).to.deep.include({ code: 1, out: "" });
    await plane.request("/api/v1/namespaces", {
      body: { metadata: { name: "gatewright-system" } },
    });
    const labels = { app: "a" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "a" }] } };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    await plane.request(path, { body: { metadata: { name: "gatewright" }, spec } });
    const late = await run("register", ...cluster(), "--timeout", "0");
    expect(late.code).to.equal(1);
    expect(late.err).to.match(
      /^not registered after 0 s: Deployment gatewright-system\/gatewright/,
    );

    const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
    const { generation } = (await plane.request(`${path}/gatewright`)).body.metadata;
    const body = { status: { ...counts, observedGeneration: generation } };
    await plane.request(`${path}/gatewright/status`, { method: "PATCH", body });
    for (const time of ["first", "second"]) {
      const { code, out, err } = await run("register", ...cluster());
      expect([code, err], time).to.deep.equal([0, ""]);
      expect(out.split("\n")[1]).to.match(
        /^MutatingWebhookConfiguration +gatewright +pods\.example\.com +Fail +gatewright-system, kube-system, kube-node-lease$/,
      );
    }
    for (const kind of KINDS) expect(await status(kind)).to.equal(200);
  });

  it("unregisters by the file or by the name alone, names it, and says where nothing was", async () => {
    const dry = await run("unregister", ...cluster(), "--dry-run");
    expect(dry.out).to.equal(KINDS.map((kind) => `${kind} gatewright would be deleted\n`).join(""));
    await folder.write("gatewright.yaml", "webhooks: { is: not, to be: served }\n");
    const first = await run("unregister", ...cluster());
    expect([first.code, first.out]).to.deep.equal([
      0,
      `${KINDS.map((kind) => `${kind} gatewright deleted\n`).join("")}the server leaves it so: gatewright register brings its webhooks back\n`,
    ]);
    for (const kind of KINDS) expect(await status(kind)).to.equal(404);

    await folder.write("gatewright.yaml", FILE);
    expect((await run("register", ...cluster())).code).to.equal(0);
    const typo = await run("unregister", "--name", "gatewrihgt", ...cluster());
    expect([typo.code, typo.out]).to.deep.equal([
      1,
      "nothing is registered as gatewrihgt\nregistered is gatewright, of gatewright-system/gatewright: gatewright unregister --name gatewright\n",
    ]);
    const named = await run("unregister", "--name", "gatewright", ...cluster(), "-o", "json");
    expect(JSON.parse(named.out).deleted).to.have.length(2);
    const none = await run("unregister", "--name", "gatewright", ...cluster());
    expect([none.code, none.out]).to.deep.equal([0, "nothing is registered as gatewright\n"]);
  });

  it("ends with 2 without a file, and with 3 without an API server", async () => {
    const missing = await run("unregister", "-c", "none.yaml", ...cluster());
    expect(missing.code).to.equal(2);
    expect(missing.err).to.include(
      "-c names another file; without any: gatewright unregister --name NAME",
    );
    expect((await run("register", "-c", "none.yaml", ...cluster())).code).to.equal(2);
    await plane.apiServer.stop();
    for (const command of ["register", "unregister"]) {
      const { code, err } = await run(command, "-c", config, ...cluster());
      expect(code).to.equal(3);
      expect(err).to.include("[GW_CLUSTER]");
    }
    await plane.apiServer.start();
    await waitUntil(async () => (await run("unregister", ...cluster())).code === 0, {
      what: "the API server to be there again",
    });
  });
});
