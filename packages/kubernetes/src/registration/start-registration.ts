import { setTimeout as delay } from "node:timers/promises";
import {
  type HeldLease,
  holdLease,
  type Registration,
  type RegistrationContext,
} from "@gatewright/core";
import { createCaOverlap, OVERLAP_MS } from "./ca-overlap.ts";
import { createDoorbell } from "./doorbell.ts";
import { excludedByName } from "./exclusions.ts";
import { startFollower } from "./follower.ts";
import { followHome } from "./home.ts";
import { followConfigurations } from "./live-configurations.ts";
import { whyNoReplica } from "./own-pod.ts";
import { podName } from "./pod-name.ts";
import { leaseOf } from "./policy-rules.ts";
import { registeredPaths } from "./registered-paths.ts";
import { createRegistrar } from "./registrar.ts";
import { registrationMetrics } from "./registration-counts.ts";
import { type RegisterWebhooksOptions, registrationSettings } from "./registration-settings.ts";
import { removeConfigurations } from "./remove-configurations.ts";
import { rolloutOf } from "./rollout.ts";

/** How long a start waits to know what is registered; then it goes on without. */
const SYNC_MS = 5_000;
const LAST_BACKOFF_MS = 60_000;

/**
 * A registration, from the server's start to its end.
 *
 * @param tickMs - how often what tells of itself by no watch is looked at: the Deployment, the namespace, the CA
 * @param overlapMs - how long the CA of another replica stays registered, after the last rollout
 */
export async function startRegistration(
  options: RegisterWebhooksOptions,
  context: RegistrationContext,
  tickMs = 2_000,
  overlapMs = OVERLAP_MS,
): Promise<Registration> {
  const { endpoints, certificate } = context;
  const log = context.log.child({ part: "registration" });
  const connection = await context.connection();
  const settings = registrationSettings(options, connection, podName());
  const { name, namespace, clientConfig, clusterRole } = settings;
  const installation = `${namespace}/${clusterRole}`;
  const counts = { drifts: 0, writes: 0, failures: 0 };
  const bell = createDoorbell();
  const closing = new AbortController();
  let isCurrent = false;
  let lease: HeldLease | undefined;

  for (const { name: webhook, phase, rules, include = [] } of endpoints) {
    const excluded = excludedByName(rules, include);
    if (excluded.length === 0) continue;
    log.warn(
      { webhook, phase, excluded },
      "rules name what is left out so that the cluster can recover: `include` judges it all the same",
    );
  }

  // Never forgotten: what is no longer registered, an API server may not have heard of yet.
  const retired = new Set<string>();
  const changed = (): void => {
    for (const path of stillCalled()) retired.add(path);
    bell.ring();
  };
  const live = followConfigurations(connection, { name, installation }, changed, log);
  const own = new Set(endpoints.map(({ path }) => path));
  const stillCalled = (): string[] =>
    [live.get("mutate"), live.get("validate"), ...live.others()]
      .flatMap((one) => registeredPaths(one, installation, clientConfig))
      .filter((path) => !own.has(path));
  const remove = async (why: string): Promise<void> => {
    const removed = await removeConfigurations(connection, name, installation);
    if (removed.length > 0) log.warn({ removed, why }, "the webhooks are unregistered");
  };
  const home = followHome(connection, namespace, { everyMs: tickMs, log }, async () => {
    bell.ring();
    await remove(`namespace ${namespace} is being deleted`);
  });
  const forgetCertificate = certificate.onChange(bell.ring);

  const now = (): number => performance.now();
  const parts = {
    ...{ connection, settings, endpoints, certificate, live, log, counts, now },
    overlap: createCaOverlap(clientConfig, overlapMs, now),
    home: home.namespace,
    unready: context.unready,
  };
  const follower = startFollower(parts, () => lease?.isHeld() ?? false, tickMs);
  await Promise.race([
    Promise.all([live.synced, home.known, follower.known]),
    delay(SYNC_MS, undefined, { ref: false }),
  ]);
  if (!live.isSynced()) {
    log.warn("what is registered is not known yet: calls for webhooks of before are refused");
  }

  const term = async (isHeld: () => boolean, signal: AbortSignal): Promise<void> => {
    const registrar = createRegistrar(parts);
    let told: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      let wait = tickMs;
      try {
        // Without a Deployment, whoever registered takes it away when it ends.
        const isOne = settings.isDeploymentOptional || home.namespace() === undefined;
        const noReplica = isOne ? undefined : await whyNoReplica(parts);
        if (noReplica !== undefined) {
          log.warn(
            { reason: noReplica },
            "this server leaves the registration to others, for good",
          );
          // It waits for this to end; whoever closes the server waits for it.
          void lease?.close();
          return;
        }
        const reason = await registrar.step(isHeld);
        isCurrent = reason === undefined;
        if (reason !== undefined && reason !== told) log.info({ reason }, "waits to register");
        told = reason;
        failures = 0;
      } catch (err) {
        if (signal.aborted) return;
        isCurrent = false;
        counts.failures++;
        const level = failures === 0 ? "error" : "debug";
        // What `kubectl apply` of a second installation of the same name does.
        const isForbidden = (err as { status?: number }).status === 403;
        const advice = `ClusterRoleBinding ${clusterRole} must name the ServiceAccount of namespace ${namespace}: does an installation in another namespace have the same name?`;
        log[level](
          isForbidden ? { err, advice } : { err },
          "the webhooks cannot be registered; trying again",
        );
        wait = Math.min(LAST_BACKOFF_MS, tickMs * 2 ** failures++);
      }
      await bell.wait(wait, signal);
    }
  };
  lease = holdLease({
    connection,
    name: leaseOf(name),
    namespace,
    log,
    does: "registers webhooks",
    lead(isHeld) {
      const ending = new AbortController();
      const signal = AbortSignal.any([ending.signal, closing.signal]);
      const running = term(isHeld, signal);
      return {
        async end() {
          ending.abort();
          await running;
          isCurrent = false;
        },
      };
    },
  });
  const held = lease;
  /** Why the registration is to end with this server; undefined where others go on. */
  const whyLeaving = async (wasHeld: boolean): Promise<string | undefined> => {
    if (home.isLeaving()) return `namespace ${namespace} is being deleted`;
    const { deployment, isDeploymentOptional } = settings;
    const found = await connection.get("apps/v1/deployments", deployment, { namespace });
    if (found === undefined && isDeploymentOptional) {
      return wasHeld ? "the server that registered them ends" : undefined;
    }
    const rollout = rolloutOf(found, `${namespace}/${deployment}`);
    return rollout.state === "leaving" ? rollout.reason : undefined;
  };
  const close = async (): Promise<void> => {
    const wasHeld = held.isHeld();
    closing.abort();
    forgetCertificate();
    try {
      await home.look();
      const why = await whyLeaving(wasHeld);
      if (why !== undefined) await remove(why);
    } catch (err) {
      log.warn({ err }, "whether the webhooks are to stay registered cannot be known: they do");
    }
    await Promise.all([held.close(), follower.close(), live.close(), home.close()]);
  };
  let closed: Promise<void> | undefined;
  return {
    retired: () => retired,
    metrics: () =>
      registrationMetrics(counts, {
        isLeading: held.isHeld(),
        isCurrent,
        retired: stillCalled().length,
      }),
    close: () => (closed ??= close()),
  };
}
