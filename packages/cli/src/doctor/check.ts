import type { Severity, Where } from "./finding.ts";
import { type Gate, isWebhook, type Webhook } from "./gate.ts";
import { gatesOf } from "./gate.ts";
import type { ServedCertificate, Snapshot } from "./snapshot.ts";
import { createWorld, type World } from "./world.ts";

/** What checks look at: a snapshot, understood. */
export interface Patient {
  readonly gates: readonly Gate[];
  /** Gates that are called, and can fail. */
  readonly webhooks: readonly Webhook[];
  readonly world: World;
  readonly snapshot: Snapshot;
  readonly served: ReadonlyMap<string, ServedCertificate>;
  readonly now: Date;
  /** The 36 of 1.36; undefined where it is not known. */
  readonly minor: number | undefined;
}

/** One thing that a check found. */
export interface Hit {
  readonly where: Where;
  /** One sentence without a full stop, of this very object. */
  readonly what: string;
  /** @default the check's */
  readonly fix?: string;
  /** @default the check's */
  readonly severity?: Severity;
}

/** One thing that can be wrong. */
export interface Check {
  /** `GWD101-namespace-status`: once released, it keeps its meaning. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly why: string;
  /** Where that is written. */
  readonly source: string;
  /** What to write instead: YAML. */
  readonly fix: string;
  find(patient: Patient): Iterable<Hit>;
}

export function patientOf(snapshot: Snapshot): Patient {
  const gates = gatesOf(snapshot.objects);
  const minor = /^v?1\.(\d+)/.exec(snapshot.kubernetesVersion ?? "")?.[1];
  return {
    gates,
    webhooks: gates.filter(isWebhook),
    world: createWorld(snapshot),
    snapshot,
    served: snapshot.served ?? new Map(),
    now: snapshot.now ?? new Date(),
    minor: minor === undefined ? undefined : Number(minor),
  };
}
