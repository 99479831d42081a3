import type { ClusterConnection } from "@gatewright/core";
import type { WebhookConfiguration } from "@gatewright/kubernetes";
import {
  clearMark,
  CONFIGURATIONS,
  ownerOf,
  standingOf,
  writeCaBundle,
  writeConfigurations,
} from "@gatewright/kubernetes/registration";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { Say } from "../frame/progress.ts";
import { awaitRollout } from "./await-rollout.ts";
import type { RegistrationPlan } from "./plan-registration.ts";
import { caBundleOf, wantedConfigurations } from "./wanted-configurations.ts";

/** How long the rollout is waited for; undefined is not at all. */
export interface RegisterOptions {
  readonly timeoutSeconds: number | undefined;
  readonly say: Say;
  /** How often the Deployment is looked at. @default 1000 */
  readonly everyMs?: number;
}

/**
 * Registers what is planned, last of all: when every replica that serves is ready. Takes back what `unregister` told the
 * server.
 *
 * @returns what is registered now
 * @throws CommandError where it would register what nobody answers, or what is not Gatewright's.
 */
export async function register(
  connection: ClusterConnection,
  plan: RegistrationPlan,
  { timeoutSeconds, say, everyMs }: RegisterOptions,
): Promise<WebhookConfiguration[]> {
  const { name, namespace, clusterRole } = plan.settings;
  say(`looking at ${connection.url}`);
  if (timeoutSeconds !== undefined) {
    await renewCa(connection, plan);
    await awaitRollout(connection, plan.settings, timeoutSeconds, say, everyMs);
  }
  const home = await connection.get("v1/namespaces", namespace);
  if (home === undefined || home.metadata?.deletionTimestamp !== undefined) {
    const message = `namespace ${namespace} does not exist, or is being deleted; deployment.namespace in the file names another`;
    throw new CommandError(message, exitCodes.refused);
  }
  const caBundle = await caBundleOf(connection, plan);
  const { references } = await ownerOf(connection, clusterRole, home);
  const wanted = wantedConfigurations(plan, caBundle, references);
  const live = await registeredAs(connection, name);
  const standing = standingOf(wanted, live, false);
  if (standing.kind === "foreign") {
    const message = `a webhook configuration "${name}" is there already, of ${standing.whose}: choose another registration.name`;
    throw new CommandError(message, exitCodes.refused);
  }
  say(`registering ${name}`);
  await clearMark(connection, plan.settings);
  await writeConfigurations(connection, wanted, live);
  return wanted;
}

async function registeredAs(connection: Pick<ClusterConnection, "get">, name: string) {
  return {
    mutate: await connection.get(CONFIGURATIONS.mutate, name),
    validate: await connection.get(CONFIGURATIONS.validate, name),
  };
}

/**
 * Has callers trust the server again, before anything is waited for: as long as none trusts the CAs of its Secret, no replica
 * is ready, and the rollout would be waited for in vain. Other sources know nothing of callers; theirs can wait.
 */
async function renewCa(connection: ClusterConnection, plan: RegistrationPlan): Promise<void> {
  const { name, clientConfig, certManager } = plan.settings;
  if (plan.ca.kind !== "secret" || certManager !== undefined) return;
  const caBundle = await caBundleOf(connection, plan).catch((error: unknown) => {
    // The first server that starts makes it.
    if (error instanceof CommandError) return undefined;
    throw error;
  });
  if (caBundle === undefined) return;
  const live = await registeredAs(connection, name);
  if (standingOf(wantedConfigurations(plan, caBundle), live, false).kind === "foreign") return;
  await writeCaBundle(connection, live, clientConfig, caBundle);
}
