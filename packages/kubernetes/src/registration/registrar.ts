import type { KubernetesObject } from "@gatewright/core";
import { additions, type LiveConfiguration, writersOf } from "./differences.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import { isEdited } from "./edited.ts";
import { leaveUnregistered } from "./leave-unregistered.ts";
import { type Owner, ownerOf } from "./owner.ts";
import type { RegistrarParts } from "./registrar-parts.ts";
import { removeFormer } from "./remove-former.ts";
import { createRepairPace } from "./repair-pace.ts";
import { type ByPhase, phaseOf, standingOf } from "./standing.ts";
import { createSettling } from "./settling.ts";
import { whyUntrusted } from "./trust.ts";
import { deploymentOf, isRolledOut, whyNotYet } from "./why-not-yet.ts";
import { type WebhookConfiguration, webhookConfigurations } from "./webhook-configurations.ts";
import { FIELD_MANAGER, writeCaBundle, writeConfigurations } from "./write-configurations.ts";

/** What the replica does that holds the Lease. */
export interface Registrar {
  /**
   * Looks at everything once, and writes what is to be written. @returns what it waits for; undefined where what is
   * registered is as it is to be.
   *
   * @throws ClusterError where the API server refuses something, or does not answer.
   */
  step(isHeld: () => boolean): Promise<string | undefined>;
}

/** How long a ClusterRole is taken to be as it was. */
const OWNER_MS = 60_000;

/** Makes one for a term of leadership: what an earlier one had applied may have been replaced since. */
export function createRegistrar(parts: RegistrarParts): Registrar {
  const { connection, settings, endpoints, certificate, live, log, counts, now } = parts;
  const pace = createRepairPace(now);
  const settling = createSettling(settings.settleMs, now);
  let applied: string | undefined;
  let owned: { owner: Owner; at: number } | undefined;
  let driftSeen = "";
  let additionsSeen = "";
  const formerSeen = new Set<string>();

  const owner = async (home: KubernetesObject): Promise<Owner> => {
    if (owned === undefined || now() - owned.at > OWNER_MS) {
      owned = { owner: await ownerOf(connection, settings.clusterRole, home), at: now() };
    }
    return owned.owner;
  };
  /** The server's CAs, and for a time those of other replicas. */
  const caBundleBeside = async (there: ByPhase<LiveConfiguration>): Promise<string | undefined> => {
    const own = certificate.caBundle?.();
    if (own === undefined) return undefined;
    return parts.overlap.bundle(own, [there.mutate, there.validate], () => isRolledOut(parts));
  };
  const wantedBeside = async (
    { references }: Owner,
    there: ByPhase<LiveConfiguration>,
  ): Promise<WebhookConfiguration[]> => {
    const caBundle = await caBundleBeside(there);
    return webhookConfigurations(endpoints, {
      name: settings.name,
      clientConfig: settings.clientConfig,
      namespace: settings.namespace,
      clusterRole: settings.clusterRole,
      ownerReferences: references,
      caBundle,
      // Not both: cert-manager would write what it has, and this what it has.
      certManager: caBundle === undefined ? settings.certManager : undefined,
    });
  };
  const read = async (): Promise<ByPhase<LiveConfiguration>> => ({
    mutate: await connection.get(CONFIGURATIONS.mutate, settings.name),
    validate: await connection.get(CONFIGURATIONS.validate, settings.name),
  });
  const tellOfAdditions = (wanted: readonly WebhookConfiguration[]): void => {
    const added = wanted.flatMap((configuration) => {
      const there = live.get(phaseOf(configuration));
      return there === undefined ? [] : additions(configuration, there);
    });
    const text = added.join(", ");
    if (text !== "" && text !== additionsSeen) {
      log.warn({ added }, "somebody added to the registered webhooks, which is left alone");
    }
    additionsSeen = text;
  };
  const withdraw = async (): Promise<string | undefined> => {
    const why = await leaveUnregistered(parts);
    // Else its absence would be somebody's change.
    if (why !== undefined) applied = undefined;
    return why;
  };
  const write = async (
    wanted: readonly WebhookConfiguration[],
    there: ByPhase<LiveConfiguration>,
    why: string,
  ): Promise<string | undefined> => {
    const before = applied;
    // What a slow API server answers is asked for anew in the next step.
    applied = JSON.stringify(wanted);
    try {
      await writeConfigurations(connection, wanted, there);
    } catch (error) {
      // Refused, it was never there, and nobody has deleted it.
      const { status = 0 } = error as { status?: number };
      if (status >= 400 && status < 500) applied = before;
      throw error;
    }
    parts.overlap.registered(certificate.caBundle?.() ?? "");
    counts.writes++;
    log.info({ configuration: settings.name, webhooks: namesOf(wanted) }, why);
    return withdraw();
  };
  const repair = async (
    wanted: readonly WebhookConfiguration[],
    there: ByPhase<LiveConfiguration>,
    fields: readonly string[],
    isHeld: () => boolean,
  ): Promise<string | undefined> => {
    const objects = [there.mutate, there.validate].filter((one) => one !== undefined);
    const by = [...new Set(objects.flatMap((one) => writersOf(one, FIELD_MANAGER)))];
    // Once for each change of theirs.
    const seen = [...fields, ...objects.map(({ metadata }) => metadata?.resourceVersion)].join(" ");
    if (seen !== driftSeen) {
      counts.drifts++;
      log.warn({ fields, by }, "somebody changed the registered webhooks");
    }
    driftSeen = seen;
    const deployment = await deploymentOf(parts);
    const wait = pace.wait();
    const reason =
      (await whyNotYet(parts, deployment, "repair")) ??
      (wait > 0 ? `changed again and again (by ${by.join(", ")}): left alone a while` : undefined);
    if (reason !== undefined || !isHeld()) return reason;
    pace.repaired();
    return write(wanted, there, "the registered webhooks are repaired");
  };
  const refresh = async (
    wanted: readonly WebhookConfiguration[],
    there: ByPhase<LiveConfiguration>,
    isHeld: () => boolean,
  ): Promise<string | undefined> => {
    // A server on a laptop has the same webhooks, and a CA that verifies no replica of the cluster.
    const { clientConfig, certManager } = settings;
    const untrusted = whyUntrusted(certificate, clientConfig, certManager !== undefined);
    if (untrusted !== undefined || !isHeld()) return untrusted;
    return write(wanted, there, "the registered CA or owner is renewed");
  };
  /** What a replica of before registered, nobody else can restore: that it was so before is all that is known. */
  const tellOfEdits = (there: ByPhase<LiveConfiguration>): boolean => {
    if (!isEdited(there, settings.clientConfig)) return false;
    const objects = [there.mutate, there.validate].filter((one) => one !== undefined);
    const seen = objects.map(({ metadata }) => metadata?.resourceVersion).join(" ");
    if (seen !== driftSeen) {
      counts.drifts++;
      const by = [...new Set(objects.flatMap((one) => writersOf(one, FIELD_MANAGER)))];
      log.error(
        { by },
        "somebody changed what an older version has registered: it is replaced with the end of the rollout, and not before",
      );
    }
    driftSeen = seen;
    return true;
  };
  const change = async (
    wanted: readonly WebhookConfiguration[],
    there: ByPhase<LiveConfiguration>,
    isHeld: () => boolean,
  ): Promise<string | undefined> => {
    const wasEdited = tellOfEdits(there);
    const caBundle = await caBundleBeside(there);
    const { clientConfig } = settings;
    // It never waits: what is registered must go on to be trusted.
    if (
      caBundle !== undefined &&
      isHeld() &&
      whyUntrusted(certificate, clientConfig, false) === undefined
    ) {
      const written = await writeCaBundle(connection, there, clientConfig, caBundle);
      if (written) log.info({ configuration: settings.name }, "the registered CA is renewed");
    }
    const deployment = await deploymentOf(parts);
    const unready = await whyNotYet(parts, deployment, "change");
    if (unready !== undefined) settling.begin();
    const reason = unready ?? (deployment && settling.reason(deployment));
    if (reason !== undefined || !isHeld()) {
      return wasEdited ? `${reason}; meanwhile, what is registered is not what was` : reason;
    }
    return write(wanted, await read(), "the webhooks are registered");
  };

  return {
    async step(isHeld) {
      const home = parts.home();
      if (home === undefined) return `namespace ${settings.namespace} is gone, or is going`;
      if (!live.isSynced()) return "what is registered is not known yet";
      const of = await owner(home);
      if (of.isLeaving) return `ClusterRole ${settings.clusterRole} is being deleted`;
      const known = { mutate: live.get("mutate"), validate: live.get("validate") };
      const wanted = await wantedBeside(of, known);
      const wasApplied = applied === JSON.stringify(wanted);
      if (standingOf(wanted, known, wasApplied).kind === "current") {
        applied = JSON.stringify(wanted);
        parts.overlap.registered(certificate.caBundle?.() ?? "");
        tellOfAdditions(wanted);
        const unregistered = isHeld() ? await withdraw() : undefined;
        if (unregistered !== undefined) return unregistered;
        if (isHeld()) await removeFormer(parts, formerSeen);
        return undefined;
      }
      // Read anew: what was just written may not have been heard of yet.
      owned = undefined;
      const there = await read();
      const current = await wantedBeside(await owner(home), there);
      const standing = standingOf(current, there, wasApplied);
      switch (standing.kind) {
        case "current":
          return undefined;
        case "foreign":
          return `"${settings.name}" is registered by ${standing.whose}: choose another registration.name`;
        case "refresh":
          return refresh(current, there, isHeld);
        case "drift":
          return repair(current, there, standing.fields, isHeld);
        case "change":
          return change(current, there, isHeld);
      }
    },
  };
}

function namesOf(wanted: readonly WebhookConfiguration[]): string[] {
  return wanted.flatMap(({ kind, webhooks }) =>
    webhooks.map(({ name }) => `${phaseOf({ kind })} ${name}`),
  );
}
