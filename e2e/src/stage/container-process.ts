import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, type OrphanGuard, startChild } from "@gatewright/testing/control-plane";
import type { PodFiles } from "./pod-files.ts";
import { containerOf, type Pod } from "./pod-object.ts";

/** The process of a pod's one container. */
export interface ContainerProcess {
  readonly child: Child;
  /** Where on this machine it listens for reviews and probes. */
  readonly port: number;
}

const command = fileURLToPath(new URL("main.js", import.meta.resolve("gatewright")));
const hostname = fileURLToPath(new URL("pod-hostname.ts", import.meta.url));
/** From here the plugins are found, as they are in the image. */
const workspace = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Starts what the image's entrypoint starts, `gatewright`, with the container's arguments and variables. Pods share this
 * machine's address, so each has a port of its own in place of the one in its configuration.
 */
export async function startContainer(
  pod: Pod,
  files: PodFiles,
  { logs, guard }: { logs: string; guard: OrphanGuard },
): Promise<ContainerProcess> {
  const container = containerOf(pod);
  const port = await freePort();
  const args = (container?.args ?? []).map((arg) => files.hostPath(arg));
  const { name = "" } = pod.metadata;
  const env: NodeJS.ProcessEnv = { PATH: process.env["PATH"], HOME: logs, HOSTNAME: name };
  for (const one of container?.env ?? []) env[one.name] = one.value ?? "";
  if (files.kubeconfig !== undefined) env["KUBECONFIG"] = files.kubeconfig;
  const child = await startChild({
    name,
    file: process.execPath,
    args: ["--import", hostname, command, ...args, "--port", String(port)],
    env,
    cwd: workspace,
    logFile: join(logs, `${name}.log`),
    guard,
  });
  return { child, port };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
