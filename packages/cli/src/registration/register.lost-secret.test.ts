import type { KubernetesObject } from "@gatewright/core";
import { CONFIGURATIONS, type LiveConfiguration } from "@gatewright/kubernetes/registration";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { planRegistration } from "./plan-registration.ts";
import { register } from "./register.ts";

const NAMESPACE = "gatewright-system";
const AS_TEST = { fieldManager: "test" };

const FILE = `
tls: { secret: {} }
deployment: {}
cluster: {}
webhooks:
  pods.example.com:
    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]
`;

function secretOf(ca: string): KubernetesObject {
  const metadata = { name: "gatewright-tls", namespace: NAMESPACE };
  const data = { "ca.crt": Buffer.from(ca).toString("base64") };
  return { apiVersion: "v1", kind: "Secret", metadata, data } as KubernetesObject;
}

function deploymentOf(availableReplicas: number): KubernetesObject {
  const metadata = { name: "gatewright", namespace: NAMESPACE };
  const status = { replicas: 2, updatedReplicas: 2, availableReplicas };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 2 }, status };
}

describe("register(connection, plan, options), after the Secret was lost", () => {
  const folder = useConfigurations();

  it("has callers trust the new one before it waits for replicas, which are not ready without that", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
    const connection = createFakeCluster({
      objects: [namespace, deploymentOf(2), secretOf("LOST")],
    });
    const config = await folder.write("gatewright.yaml", FILE);
    const plan = await planRegistration(createTestTerminal(), config, undefined);
    await register(connection, plan, { timeoutSeconds: undefined, say() {} });
    await connection.update("v1/secrets", secretOf("NEXT"), AS_TEST);
    await connection.update("apps/v1/deployments/status", deploymentOf(0), AS_TEST);
    const waiting = register(connection, plan, { timeoutSeconds: 0, say() {} });
    const { message } = await waiting.then(
      () => expect.fail("it was done"),
      (error: Error) => error,
    );
    expect(message).to.include("0 of 2 replicas");
    const found = await connection.get(CONFIGURATIONS.validate, "gatewright");
    const { webhooks = [] } = found as LiveConfiguration;
    const bundles = webhooks.map(({ clientConfig }) => clientConfig?.caBundle ?? "");
    expect(bundles.map((one) => Buffer.from(one, "base64").toString())).to.deep.equal(["NEXT"]);
  });
});
