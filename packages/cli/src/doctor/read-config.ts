import { resolve } from "node:path";
import { describeServer, inspectConfigFile } from "@gatewright/core";
import { webhookConfigurations } from "@gatewright/kubernetes";
import type { Terminal } from "../frame/terminal.ts";
import { manifests } from "../manifests/manifests.ts";
import { planInstallation } from "../manifests/plan-installation.ts";
import type { PlacedObject } from "./snapshot.ts";

const DEFAULT_NAMESPACE = "gatewright-system";
const DEFAULT_NAME = "gatewright";

/** Judged are the objects, not the image. */
const ANY_IMAGE = "gatewright";

/**
 * What a configuration file comes to: the webhook configurations that are registered for it, and, where it has a
 * `deployment`, what `gatewright manifests` writes. The server writes caBundle itself.
 *
 * @throws ConfigurationError for what is wrong with the file.
 */
export async function readConfig(terminal: Terminal, path: string): Promise<PlacedObject[]> {
  const inspected = await inspectConfigFile(resolve(terminal.cwd, path), {
    importPlugin: (name) => import(name),
  });
  const { file, registration } = inspected;
  const { endpoints } = await describeServer(inspected.options);
  const { name = DEFAULT_NAME, namespace = DEFAULT_NAMESPACE } = file.deployment ?? {};
  const { service, url } = registration;
  const configurations = webhookConfigurations(endpoints, {
    name: registration.name,
    namespace,
    clusterRole: name,
    clientConfig:
      url === undefined
        ? {
            service: {
              name: service?.name ?? name,
              namespace: service?.namespace ?? namespace,
              port: service?.port ?? 443,
            },
          }
        : { url },
  });
  const installed = file.deployment === undefined ? [] : await installedObjects(terminal, path);
  return [...configurations, ...installed].map((object) => ({ object, file: path }));
}

async function installedObjects(terminal: Terminal, path: string): Promise<object[]> {
  const { installation } = await planInstallation(terminal, path, ANY_IMAGE);
  return manifests(installation).map(({ object }) => object);
}
