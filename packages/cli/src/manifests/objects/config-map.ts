import { createHash } from "node:crypto";
import type { ObjectToWrite } from "@gatewright/core";
import { namespaced } from "../labels.ts";
import { type Installation, paths } from "../installation.ts";

/** The configuration file, byte for byte. */
export function configMapObject(installation: Installation) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: namespaced(installation),
    data: { [paths.configFile]: installation.configText },
  } as const satisfies ObjectToWrite<"v1/configmaps">;
}

/** On the pods, so that another configuration is another pod template: a rollout. */
export function configChecksum({ configText }: Pick<Installation, "configText">) {
  const checksum = createHash("sha256").update(configText).digest("hex");
  return { "gatewright.dev/config-sha256": checksum };
}
