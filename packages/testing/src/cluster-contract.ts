import { randomBytes } from "node:crypto";
import { equal, match } from "node:assert/strict";
import type { ClusterConnection, ClusterError, KubernetesObject } from "@gatewright/core";

/** One test of what a connection does, in a namespace of its own. */
export type ClusterTest = (cluster: ClusterConnection, namespace: string) => Promise<void>;

/** Who writes in the tests. */
export const writer = { fieldManager: "gatewright-test" };

/** Runs a test with a connection of its own, which is closed at its end. */
export async function inCluster(
  connect: () => ClusterConnection | Promise<ClusterConnection>,
  test: ClusterTest,
): Promise<void> {
  const cluster = await connect();
  try {
    const name = `gatewright-${randomBytes(6).toString("hex")}`;
    const namespace: KubernetesObject = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    };
    await cluster.create("v1/namespaces", namespace, writer);
    await test(cluster, name);
  } finally {
    await cluster.close();
  }
}

/** A ConfigMap: the least that can be written. */
export function configMap(
  namespace: string,
  name: string | undefined,
  data: Record<string, string> = {},
  more: KubernetesObject["metadata"] = {},
): KubernetesObject {
  const named = name === undefined ? {} : { name };
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...named, namespace, ...more },
    data,
  };
  return object;
}

/** Fails where the call is not refused in these words. */
export async function refused(
  call: Promise<unknown>,
  status: number,
  reason: string,
  message = /./,
): Promise<void> {
  const error = await call.then(
    (answer) => new Error(`it was not refused: ${JSON.stringify(answer)}`),
    (refusal: unknown) => refusal as Error,
  );
  const { code, status: got, reason: why } = error as Partial<ClusterError>;
  equal(`${code} ${got} ${why}`, `GW_CLUSTER ${status} ${reason}`, error.message);
  match(error.message, message);
}
