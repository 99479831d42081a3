import type { SetupContext } from "@gatewright/core";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";
import { type Parties, partiesOf } from "./parties.ts";
import { createReservations, type Reservations } from "./reservations.ts";
import { createTenancyMetrics, type TenancyMetrics } from "./tenancy-metrics.ts";

/** What the hooks share. */
export interface State {
  readonly parties: Parties;
  readonly reservations: Reservations;
  readonly metrics: TenancyMetrics;
}

/** Reads the configuration once, for all reviews. @throws as `checkConfig` does */
export function openState({ config, metrics }: SetupContext<Config>): State {
  checkConfig(config);
  return {
    parties: partiesOf(config),
    reservations: createReservations(config.reservationsNamespace),
    metrics: createTenancyMetrics(metrics),
  };
}
