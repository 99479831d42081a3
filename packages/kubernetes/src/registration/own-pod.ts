import { existsSync } from "node:fs";
import type { RegistrarParts } from "./registrar-parts.ts";

const IN_A_POD = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/**
 * Why this server is none of those that the API server calls; undefined where it may be one.
 *
 * A replica of before the rollout that is ending, but has not been told yet (a preStop hook runs), would register what
 * the newer ones no longer have: the Deployment does not count it any more. So would a server on a laptop, with the cluster's
 * configuration file and a change in it: the Service leads to others, who would be asked for what they do not have. And so
 * would a pod that its ReplicaSet has let go of, whose labels somebody changed: no rollout replaces it.
 */
export async function whyNoReplica({
  connection,
  settings,
}: Pick<RegistrarParts, "connection" | "settings">): Promise<string | undefined> {
  const { pod, namespace, deployment, isDeploymentOptional, clientConfig } = settings;
  const found = await connection.get("v1/pods", pod, { namespace });
  if (found?.metadata?.deletionTimestamp !== undefined) return "this server's pod is being deleted";
  const isCalled = isDeploymentOptional || clientConfig.service === undefined;
  const isKept = found?.metadata?.ownerReferences?.some(({ controller }) => controller === true);
  if (found !== undefined && !isCalled && isKept !== true) {
    return `this server's pod is of no ReplicaSet any more, and so not of Deployment ${namespace}/${deployment}`;
  }
  // On the network of its node, a pod is called otherwise.
  if (found !== undefined || isCalled || existsSync(IN_A_POD)) return undefined;
  return `this server is no pod of Deployment ${namespace}/${deployment}, so that calls would not reach it`;
}
