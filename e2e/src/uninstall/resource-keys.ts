import type { ManifestObject } from "../stage/installation.ts";

const irregular: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  PriorityClass: "priorityclasses",
};

/** As connections call the resource of an object that `gatewright manifests` writes: `apps/v1/deployments`. */
export function resourceOf({ apiVersion, kind }: ManifestObject): string {
  return `${apiVersion}/${irregular[kind] ?? `${kind.toLowerCase()}s`}`;
}
