import type { MetricFamily } from "@gatewright/core";

/** What a registration counts, for `/metrics`. */
export interface RegistrationCounts {
  /** How often somebody else changed what is registered. */
  drifts: number;
  /** How often it was written. */
  writes: number;
  /** How often a write was refused, or not answered. */
  failures: number;
}

/** What it is at the moment. */
export interface RegistrationState {
  readonly isLeading: boolean;
  /** Whether the API server has what this server is to have registered, as far as is known. */
  readonly isCurrent: boolean;
  /** Paths that are still called, and that nothing here serves. */
  readonly retired: number;
}

export function registrationMetrics(
  { drifts, writes, failures }: RegistrationCounts,
  { isLeading, isCurrent, retired }: RegistrationState,
): MetricFamily[] {
  return [
    one(
      "counter",
      "drift_total",
      "Changes and deletions of the webhook configurations by others, as this server saw them",
      drifts,
    ),
    one("counter", "writes_total", "Writes of the webhook configurations by this server", writes),
    one(
      "counter",
      "failures_total",
      "Times at which the webhooks could not be registered",
      failures,
    ),
    one(
      "gauge",
      "leader",
      "Whether this server holds the Lease of the registration: 1, else 0",
      Number(isLeading),
    ),
    one(
      "gauge",
      "current",
      "Whether the webhook configurations are those of this server: 1, else 0",
      Number(isCurrent),
    ),
    one(
      "gauge",
      "retired_paths",
      "Registered webhooks that this server does not have, and answers as allowed",
      retired,
    ),
  ];
}

function one(type: MetricFamily["type"], name: string, help: string, value: number): MetricFamily {
  const samples = [{ labels: {}, value }];
  return { name: `gatewright_registration_${name}`, help, type, samples };
}
