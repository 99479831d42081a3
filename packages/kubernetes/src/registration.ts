/** What a command does about a registration, for a server or without one. */
export {
  isOurs,
  type RemovedConfiguration,
  removeConfigurations,
} from "./registration/remove-configurations.ts";
export { CONFIGURATIONS } from "./registration/configuration-resources.ts";
export type { LiveConfiguration } from "./registration/differences.ts";
export { type Owner, ownerOf } from "./registration/owner.ts";
export {
  type RegistrationSettings,
  registrationSettings,
} from "./registration/registration-settings.ts";
export { type Rollout, rolloutOf } from "./registration/rollout.ts";
export { createSettling, type Settling } from "./registration/settling.ts";
export { type ByPhase, type Standing, standingOf } from "./registration/standing.ts";
export {
  clearMark,
  type MarkedInstallation,
  markUnregistered,
} from "./registration/unregistered-mark.ts";
export { writeCaBundle, writeConfigurations } from "./registration/write-configurations.ts";
export { INSTALLATION_ANNOTATION } from "./registration/webhook-configurations.ts";
