/** What a command does about a certificate, for a server or without one. */
export type { Authority, Ca, KeyedCa, Leaf } from "./certificates/authority.ts";
export { CLOCK_SKEW_MS, serviceHosts } from "./certificates/certificate-policy.ts";
export {
  type BundlesOf,
  type ClientConfig,
  isFor,
  type RegisteredBundle,
  registeredBundles,
} from "./certificates/registered-bundles.ts";
export { KEYS, type RotationRequest } from "./certificates/secret-contents.ts";
export {
  GATEWRIGHT,
  isOurs,
  MANAGED_BY,
  ROTATE,
  type Secret,
  SECRETS,
  secretParts,
} from "./certificates/secret-object.ts";
export { x509Authority } from "./certificates/x509-authority.ts";
