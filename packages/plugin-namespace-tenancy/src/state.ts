import type { SetupContext } from "@gatewright/core";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";
import { type Parties, partiesOf } from "./parties.ts";
import { reservedBy } from "./reserved-names.ts";
import { createReservations, type Reservations } from "./reservations.ts";
import { createSelf, type Self } from "./self.ts";
import { createTenancyMetrics, type TenancyMetrics } from "./tenancy-metrics.ts";

/** What the hooks share. */
export interface State {
  readonly parties: Parties;
  /** Whether a namespace's name is nobody's to have but an administrator's, by the configuration. */
  readonly isReserved: (name: string) => boolean;
  readonly reservations: Reservations;
  readonly self: Self;
  readonly metrics: TenancyMetrics;
}

/** Reads the configuration once, for all reviews. @throws as `checkConfig` does */
export function openState({ config, metrics }: SetupContext<Config>): State {
  checkConfig(config);
  return {
    parties: partiesOf(config),
    isReserved: reservedBy(config),
    reservations: createReservations(config.reservationsNamespace),
    self: createSelf(),
    metrics: createTenancyMetrics(metrics),
  };
}
