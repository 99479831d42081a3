import { randomUUID } from "node:crypto";
import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { afterEach, before } from "mocha";
import type { LiveConfiguration } from "../src/registration/differences.ts";
import { CONFIGURATIONS } from "../src/registration/configuration-resources.ts";
import {
  edit,
  issueFor,
  type registered,
  type Registering,
  type RegisteringOptions,
  startRegistering,
  type TestCertificate,
} from "./registering.ts";

export const NAMESPACE = "gatewright-system";
export const DEPLOYMENTS = "apps/v1/deployments";
export const AS_TEST = { fieldManager: "test" };

type Deployment = KubernetesObject & { spec: { replicas: number } };
const rolledOut = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 0 };

/** A cluster in memory with an installation in it: a Deployment of which two replicas are there. */
export function installation(status: object = {}): ClusterConnection {
  const metadata = { name: "gatewright", namespace: NAMESPACE };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 2 },
    status: { ...rolledOut, ...status },
  };
  const kind = "ClusterRole";
  return createFakeCluster({
    objects: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
      deployment,
      { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name: "gatewright" } },
    ],
  });
}

/** Makes the Deployment want so many replicas. */
export function scale(connection: ClusterConnection, replicas: number): Promise<void> {
  const change = ({ spec }: Deployment): void => {
    spec.replicas = replicas;
  };
  return edit<Deployment>(connection, DEPLOYMENTS, "gatewright", change, NAMESPACE);
}

/** Makes the Deployment's status say so. */
export async function roll(connection: ClusterConnection, status: object): Promise<void> {
  const found = await connection.get(DEPLOYMENTS, "gatewright", { namespace: NAMESPACE });
  const rolled = { ...found, status: { ...rolledOut, ...status } } as KubernetesObject;
  await connection.update(`${DEPLOYMENTS}/status`, rolled, AS_TEST);
}

/** Changes the validating configuration as a person does. */
export function change(
  connection: ClusterConnection,
  by: (object: LiveConfiguration) => void,
): Promise<void> {
  return edit<LiveConfiguration>(connection, CONFIGURATIONS.validate, "gatewright", by);
}

type Registered = Awaited<ReturnType<typeof registered>>;
export const there = ({ validate }: Registered): boolean => validate !== undefined;
export const timeoutOf = ({ validate }: Registered): number | undefined =>
  validate?.webhooks?.[0]?.timeoutSeconds;

/** Servers of the installation, for one suite: they are closed after each test. */
export function useServers(): {
  certificate(): TestCertificate;
  start(connection: ClusterConnection, options?: Partial<RegisteringOptions>): Promise<Registering>;
} {
  let certificate: TestCertificate | undefined;
  const running: Registering[] = [];
  before(async () => {
    certificate = await issueFor(`gatewright.${NAMESPACE}.svc`);
  });
  afterEach(async () => {
    for (const { registration } of running.splice(0)) await registration.close();
  });
  const own = (): TestCertificate => {
    if (certificate === undefined) throw new Error("no test runs");
    return certificate;
  };
  return {
    certificate: own,
    async start(connection, options = {}) {
      const deployment = { name: "gatewright", namespace: NAMESPACE };
      const pod = `gatewright-${randomUUID()}`;
      const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "gatewright-1", uid: "1" };
      const ownerReferences = [{ ...owner, controller: true }];
      const metadata = { name: pod, namespace: NAMESPACE, ownerReferences };
      if (options.url === undefined) {
        await connection.create("v1/pods", { apiVersion: "v1", kind: "Pod", metadata }, AS_TEST);
      }
      const server = await startRegistering({
        connection,
        certificate: own(),
        pod,
        ...(options.url === undefined && { deployment }),
        ...options,
      });
      running.push(server);
      return server;
    },
  };
}
