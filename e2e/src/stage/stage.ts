import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterConnection } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import { type ControlPlane, startControlPlane } from "@gatewright/testing/control-plane";
import { kubeletUser } from "./kubelet-calls.ts";
import { nodeNames, type Nodes, startNodes } from "./nodes.ts";
import { type ServiceNetwork, startServiceNetwork } from "./service-network.ts";

/**
 * A cluster in which our own Deployment is rolled out: all but nodes and network is real. Deployments, ReplicaSets,
 * EndpointSlices, service accounts, namespaces and garbage are kube-controller-manager's; pods are processes of this
 * machine, by `nodes`; the API server finds them by their Service, by `network`.
 */
export interface Stage {
  readonly plane: ControlPlane;
  readonly nodes: Nodes;
  readonly network: ServiceNetwork;
  /** Logged in as an administrator. */
  readonly connection: ClusterConnection;
  /** Gone after `close()`. */
  readonly folder: string;
  /** The ends of the logs of our pods, the newest first: for errors. */
  lastLogs(): Promise<string>;
  close(): Promise<void>;
}

export async function startStage(users: Record<string, string[]> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "gatewright-stage-"));
  const closing: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const one of closing.splice(0).toReversed()) await one();
  };
  try {
    let nodes: Nodes | undefined;
    const network = await startServiceNetwork({
      socket: join(folder, "network.sock"),
      portOf: (endpoint) => nodes?.portOf(endpoint),
    });
    closing.push(() => network.close());
    const egress = join(folder, "egress.json");
    await writeFile(egress, JSON.stringify(network.egressSelector));
    const kubelets = nodeNames.map((name) => [kubeletUser(name), ["system:nodes"]]);
    const plane = await startControlPlane({
      controllerManager: true,
      users: { ...Object.fromEntries(kubelets), ...users },
      apiServerArgs: [
        `--egress-selector-config-file=${egress}`,
        // As every installer has it: kubelets are held to what is their own.
        "--enable-admission-plugins=NodeRestriction",
      ],
    });
    closing.push(() => plane.stop());
    const connection = await connectCluster({ kubeconfig: plane.kubeconfig });
    closing.push(() => connection.close());
    await network.follow(connection);
    nodes = await startNodes(plane, connection, folder);
    const started = nodes;
    closing.push(() => started.close());
    const lastLogs = () => endsOfLogs(join(folder, "logs"));
    return { plane, nodes, network, connection, folder, lastLogs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function endsOfLogs(folder: string): Promise<string> {
  const files = (await readdir(folder)).map(async (name) => {
    const file = join(folder, name);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-4);
    return {
      text: [name, ...lines.map((line) => line.slice(0, 300))].join("\n"),
      at: (await stat(file)).mtimeMs,
    };
  });
  const newest = (await Promise.all(files)).toSorted((a, b) => b.at - a.at).slice(0, 4);
  return newest.map(({ text }) => `\n${text}`).join("\n");
}
