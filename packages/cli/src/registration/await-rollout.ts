import { setTimeout as delay } from "node:timers/promises";
import type { ClusterConnection } from "@gatewright/core";
import {
  createSettling,
  type RegistrationSettings,
  rolloutOf,
} from "@gatewright/kubernetes/registration";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { Say } from "../frame/progress.ts";

const EVERY_MS = 1_000;

/**
 * Resolves when every replica that serves is ready, and has been for `settleSeconds`; at once where there need be no Deployment, and is none.
 *
 * @throws CommandError where there is nothing to wait for, or it takes longer than `timeoutSeconds`.
 */
export async function awaitRollout(
  connection: Pick<ClusterConnection, "get">,
  { deployment, namespace, isDeploymentOptional, settleMs }: RegistrationSettings,
  timeoutSeconds: number,
  say: Say,
  everyMs: number = EVERY_MS,
): Promise<void> {
  const shown = `${namespace}/${deployment}`;
  const settling = createSettling(settleMs, () => performance.now());
  const deadline = performance.now() + timeoutSeconds * 1_000;
  for (;;) {
    const found = await connection.get("apps/v1/deployments", deployment, { namespace });
    if (found === undefined && isDeploymentOptional) return;
    const rollout = rolloutOf(found, shown);
    if (rollout.state === "leaving") {
      const reason = found === undefined ? `there is no Deployment ${shown}` : rollout.reason;
      const message = `${reason}: webhooks of which nobody answers are not registered\ninstall the server first: gatewright manifests | kubectl apply --server-side -f -; or name its own deployment.namespace and deployment.name in the file`;
      throw new CommandError(message, exitCodes.refused);
    }
    if (rollout.state === "waiting") settling.begin();
    const reason = rollout.state === "waiting" ? rollout.reason : settling.reason(found);
    if (reason === undefined) return;
    if (performance.now() >= deadline) {
      const message = `not registered after ${timeoutSeconds} s: ${reason}\nwhat is wrong: kubectl -n ${namespace} describe deployment ${deployment}`;
      throw new CommandError(message, exitCodes.refused);
    }
    say(reason);
    await delay(everyMs);
  }
}
