import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { type Child, untilReady } from "./child.ts";
import {
  type ComponentContext,
  graceMs,
  onFreePorts,
  reportUnexpectedEnd,
  startComponent,
} from "./component.ts";

export interface PlaneEtcd {
  child: Child;
  /** `http://127.0.0.1:<port>` */
  url: string;
}

/**
 * Starts a one-member etcd without fsync: its data live no longer than the plane. Resolves when it
 * serves.
 */
export function startPlaneEtcd(
  context: ComponentContext,
  takePorts?: (count: number) => Promise<number[]>,
): Promise<PlaneEtcd> {
  return onFreePorts(2, (ports) => startOn(context, ports), takePorts);
}

async function startOn(context: ComponentContext, ports: number[]): Promise<PlaneEtcd> {
  const [url, peerUrl] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
  const name = `gatewright-${randomBytes(8).toString("hex")}`;
  const child = await startComponent(context, "etcd", context.binaries.etcd, [
    ...["--name", name, "--data-dir", join(context.dir, "etcd"), "--unsafe-no-fsync"],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
    ...["--initial-cluster", `${name}=${peerUrl}`],
  ]);
  try {
    // By name: where another etcd took the port, it would answer while ours is still about to end.
    const ready = async (signal: AbortSignal) => (await memberNames(url, signal)).includes(name);
    await untilReady(child, ready, context.readyTimeoutMs);
  } catch (error) {
    await child.stop(graceMs);
    throw error;
  }
  reportUnexpectedEnd(child, context);
  return { child, url };
}

async function memberNames(url: string, signal: AbortSignal): Promise<string[]> {
  const path = `${url}/v3/cluster/member/list`;
  const asking = request(path, { method: "POST", agent: false, signal });
  asking.end("{}");
  const [response] = await once(asking, "response");
  const { members = [] } = (await json(response)) as { members?: { name?: string }[] };
  return members.map((member) => member.name ?? "");
}
