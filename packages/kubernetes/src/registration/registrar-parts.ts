import type { KubernetesObject, RegistrationContext } from "@gatewright/core";
import type { CaOverlap } from "./ca-overlap.ts";
import type { LiveConfigurations } from "./live-configurations.ts";
import type { RegistrationCounts } from "./registration-counts.ts";
import type { RegistrationSettings } from "./registration-settings.ts";

/** What the registrar works with. */
export interface RegistrarParts extends Omit<RegistrationContext, "connection"> {
  readonly connection: Awaited<ReturnType<RegistrationContext["connection"]>>;
  readonly settings: RegistrationSettings;
  readonly live: Pick<LiveConfigurations, "get" | "others" | "isSynced" | "synced">;
  /** Of the process: a term of leadership does not begin it anew. */
  readonly overlap: CaOverlap;
  /** The server's namespace as it was last seen; undefined where it is gone, or is being deleted. */
  home(): KubernetesObject | undefined;
  readonly counts: RegistrationCounts;
  /** Milliseconds that never go back. */
  now(): number;
}
