import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { CONFIGURATIONS } from "@gatewright/kubernetes/registration";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { testCa } from "../../test/test-ca.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { planRegistration, type RegistrationPlan } from "./plan-registration.ts";
import { register } from "./register.ts";
import { unregister } from "./unregister.ts";

const NAMESPACE = "gatewright-system";
const AS_TEST = { fieldManager: "test" };
const named = { name: "gatewright", installation: `${NAMESPACE}/gatewright` };

const FILE = `
tls: { certFile: tls.crt, keyFile: tls.key, caFile: ca.crt }
deployment: {}
cluster: {}
registration: { settleSeconds: 0 }
webhooks:
  pods.example.com:
    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]
`;

function cluster(status: object = {}, replicas = 2): ClusterConnection {
  const metadata = { name: "gatewright", namespace: NAMESPACE };
  const rolledOut = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas },
    status: { ...rolledOut, ...status },
  };
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    deployment,
  ];
  return createFakeCluster({ objects });
}

describe("register(connection, plan, options)", () => {
  const folder = useConfigurations();
  const plan = async (text = FILE): Promise<RegistrationPlan> => {
    await folder.write("ca.crt", await testCa());
    const config = await folder.write("gatewright.yaml", text);
    return planRegistration(createTestTerminal(), config, undefined);
  };
  const options = { timeoutSeconds: 5, say() {}, everyMs: 5 };
  const found = (connection: ClusterConnection) =>
    connection.get(CONFIGURATIONS.validate, "gatewright");
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("it was done"),
      (error: Error & { exitCode: number }) => `${error.exitCode}: ${error.message}`,
    );

  it("waits for the Deployment, says for what, and registers both phases", async () => {
    const connection = cluster({ availableReplicas: 1 });
    const said: string[] = [];
    const say = (what: string) => void said.push(what);
    const registering = register(connection, await plan(), { ...options, say });
    while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said[1]).to.equal(
      "1 of 2 replicas of Deployment gatewright-system/gatewright are available",
    );
    expect(await found(connection)).to.equal(undefined);
    const deployment = await connection.get("apps/v1/deployments", "gatewright", {
      namespace: NAMESPACE,
    });
    const status = { ...(deployment?.status as object), availableReplicas: 2 };
    await connection.update(
      "apps/v1/deployments/status",
      { ...deployment, status } as KubernetesObject,
      AS_TEST,
    );
    const registered = await registering;
    expect(registered.map(({ kind }) => kind)).to.deep.equal([
      "MutatingWebhookConfiguration",
      "ValidatingWebhookConfiguration",
    ]);
    const live = (await found(connection)) as (typeof registered)[number];
    expect(live.webhooks[0]?.clientConfig).to.deep.equal({
      service: {
        name: "gatewright",
        namespace: NAMESPACE,
        path: "/validate/pods.example.com",
        port: 443,
      },
      caBundle: Buffer.from(await testCa()).toString("base64"),
    });
    expect(live.metadata.ownerReferences?.[0]).to.include({ kind: "Namespace", name: NAMESPACE });
  });

  it("refuses where nobody would answer: without a Deployment, or scaled to 0, or when it takes too long", async () => {
    const empty = createFakeCluster();
    expect(await refusal(register(empty, await plan(), options))).to.match(
      /^1: there is no Deployment gatewright-system\/gatewright: .*\ninstall the server first/,
    );
    expect(await refusal(register(cluster({}, 0), await plan(), options))).to.include(
      "is scaled to 0",
    );
    const slow = cluster({ availableReplicas: 1 });
    const impatient = { ...options, timeoutSeconds: 0 };
    expect(await refusal(register(slow, await plan(), impatient))).to.match(
      /^1: not registered after 0 s: 1 of 2 replicas/,
    );
    expect(await found(slow)).to.equal(undefined);
    await register(slow, await plan(), { ...options, timeoutSeconds: undefined });
    expect(await found(slow)).to.not.equal(undefined);
  });

  it("takes the CA of a Secret where the server keeps it there", async () => {
    const connection = cluster();
    const text = FILE.replace(/tls: .*/, "tls: { secret: {} }");
    expect(await refusal(register(connection, await plan(text), options))).to.include(
      "the CA is not known: Secret gatewright-system/gatewright-tls does not exist",
    );
    const metadata = { name: "gatewright-tls", namespace: NAMESPACE };
    const data = { "ca.crt": Buffer.from("OF SECRET").toString("base64") };
    const secret = { apiVersion: "v1", kind: "Secret", metadata, data } as KubernetesObject;
    await connection.create("v1/secrets", secret, AS_TEST);
    const [one] = await register(connection, await plan(text), options);
    expect(one?.webhooks[0]?.clientConfig.caBundle).to.equal(data["ca.crt"]);
  });

  it("leaves it to cert-manager to write a CA that is not there yet", async () => {
    const text = FILE.replace(/tls: .*/, "tls: { certManager: { issuerRef: { name: a } } }");
    const [one] = await register(cluster(), await plan(text), options);
    expect(one?.metadata.annotations).to.include({
      "cert-manager.io/inject-ca-from": "gatewright-system/gatewright",
    });
    expect(one?.webhooks[0]?.clientConfig).to.not.have.property("caBundle");
  });

  it("says that the CA cannot be read, and what else would do", async () => {
    const text = FILE.replace("caFile: ca.crt", "caFile: none.crt");
    expect(await refusal(plan(text))).to.match(
      /^2: tls\.caFile .*none\.crt cannot be read: there is no such file\n--ca-file names another file$/,
    );
    expect(await refusal(plan(FILE.replace(", caFile: ca.crt", "")))).to.match(
      /^2: nobody knows which CA/,
    );
  });

  it("leaves alone what is not Gatewright's, or another installation's, and so does unregister", async () => {
    const connection = cluster();
    const metadata = { name: "gatewright" };
    const apiVersion = "admissionregistration.k8s.io/v1";
    const kind = "ValidatingWebhookConfiguration";
    await connection.create(CONFIGURATIONS.validate, { apiVersion, kind, metadata }, AS_TEST);
    expect(await refusal(register(connection, await plan(), options))).to.include(
      '1: a webhook configuration "gatewright" is there already, of no Gatewright',
    );
    expect(await refusal(unregister(connection, named))).to.match(
      /^1: ValidatingWebhookConfiguration gatewright was not registered by Gatewright, and is left alone/,
    );
    await connection.delete(CONFIGURATIONS.validate, "gatewright");
    await register(connection, await plan(), options);
    const other = { ...named, installation: "elsewhere/gatewright" };
    expect(await refusal(unregister(connection, other))).to.include(
      "is of the installation gatewright-system/gatewright, not of elsewhere/gatewright",
    );
    expect(await found(connection)).to.not.equal(undefined);
  });
});

describe("unregister(connection, named)", () => {
  const folder = useConfigurations();

  it("names what it deletes, tells the server, and is content with nothing; register takes it back", async () => {
    const connection = cluster();
    await folder.write("ca.crt", await testCa());
    const config = await folder.write("gatewright.yaml", FILE);
    const plan = await planRegistration(createTestTerminal(), config, undefined);
    const options = { timeoutSeconds: 5, say() {} };
    await register(connection, plan, options);
    const anybodys = { name: "gatewright", installation: undefined };
    expect(await unregister(connection, anybodys)).to.deep.equal({
      deleted: [
        { kind: "MutatingWebhookConfiguration", name: "gatewright" },
        { kind: "ValidatingWebhookConfiguration", name: "gatewright" },
      ],
      told: true,
      others: [],
      notes: [],
    });
    const marks = async () => {
      const lease = await connection.get(
        "coordination.k8s.io/v1/leases",
        "gatewright-registration",
        { namespace: NAMESPACE },
      );
      return Object.keys(lease?.metadata?.annotations ?? {});
    };
    expect(await marks()).to.deep.equal(["gatewright.dev/unregistered"]);
    expect(await unregister(connection, named)).to.deep.equal({
      deleted: [],
      told: true,
      others: [],
      notes: [],
    });
    await register(connection, plan, options);
    expect(await marks()).to.deep.equal([]);
  });

  it("names what is registered where the name is nothing's", async () => {
    const connection = cluster();
    await folder.write("ca.crt", await testCa());
    const config = await folder.write("gatewright.yaml", FILE);
    const plan = await planRegistration(createTestTerminal(), config, undefined);
    await register(connection, plan, { timeoutSeconds: 5, say() {} });
    const typo = await unregister(connection, { name: "gatewrihgt", installation: undefined });
    expect(typo).to.deep.equal({
      deleted: [],
      told: false,
      others: [{ name: "gatewright", installation: `${NAMESPACE}/gatewright` }],
      notes: [],
    });
    expect(await connection.get(CONFIGURATIONS.validate, "gatewright")).not.to.equal(undefined);
  });

  it("deletes them though the server cannot be told", async () => {
    const connection = cluster();
    await folder.write("ca.crt", await testCa());
    const config = await folder.write("gatewright.yaml", FILE);
    const plan = await planRegistration(createTestTerminal(), config, undefined);
    await register(connection, plan, { timeoutSeconds: 5, say() {} });
    const broken: ClusterConnection = {
      ...connection,
      create: () => Promise.reject(new Error("forbidden")),
    };
    const { deleted, told, notes } = await unregister(broken, named);
    expect([deleted.length, told]).to.deep.equal([2, false]);
    expect(notes).to.deep.equal([
      "a server that registers itself may do so again: it could not be told (forbidden)",
    ]);
  });
});
