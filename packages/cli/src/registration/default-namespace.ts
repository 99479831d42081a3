/** What `gatewright manifests` installs into where the file names nothing else. */
export const DEFAULT_NAMESPACE = "gatewright-system";
