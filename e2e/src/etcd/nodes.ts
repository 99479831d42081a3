import {
  type ControlPlane,
  type Kwok,
  kwokAvailable,
  startKwok,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { after, before } from "mocha";
import { sharedCluster } from "../shared-control-plane.ts";

/** The nodes of the shared control plane, once a suite has asked for them. */
export const nodes = ["node-0", "node-1", "node-2"];

/** Pods with this label are left to the harness: kwok plays the kubelet for all others. */
export const etcdLabel = { app: "etcd" };

let starting: Promise<Kwok> | undefined;

// Outside of any suite: a hook of mocha's root, which runs after the last one.
after("stop kwok", async () => {
  await (await starting)?.stop();
});

/**
 * Call it in a `describe`: there are nodes, on which pods run. Where kwok is not to be had, the suite
 * is skipped on a developer's machine, and fails in CI.
 */
export function useNodes(): void {
  before("start kwok", async function () {
    // It may have to be built.
    this.timeout(900_000);
    const found = await kwokAvailable();
    if (!found.available) {
      console.log(`skipped the tests that need nodes: ${found.reason}`);
      this.skip();
    }
    const { plane } = await sharedCluster();
    starting ??= startWithNodes(plane, found.binaries.kwok);
    await starting;
  });
}

async function startWithNodes(plane: ControlPlane, binary: string): Promise<Kwok> {
  const label = Object.entries(etcdLabel).map(([key, value]) => `${key}=${value}`);
  const kwok = await startKwok({
    kubeconfig: plane.kubeconfig,
    binaries: { kwok: binary },
    args: [`--disregard-status-with-label-selector=${label.join(",")}`],
  });
  for (const name of nodes) await plane.request("/api/v1/nodes", { body: { metadata: { name } } });
  await waitUntil(async () => (await readyNodes(plane)).length === nodes.length, {
    what: "the nodes to be ready",
  });
  return kwok;
}

/** Names of the nodes on which pods may be put: ready, and not cordoned. */
export async function readyNodes(plane: ControlPlane): Promise<string[]> {
  const { body } = await plane.request("/api/v1/nodes");
  const items: NodeObject[] = body.items;
  return items
    .filter(({ spec, status }) => {
      const ready = status.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True" && !spec.unschedulable;
    })
    .map(({ metadata }) => metadata.name);
}

interface NodeObject {
  metadata: { name: string };
  spec: { unschedulable?: boolean };
  status: { conditions?: { type: string; status: string }[] };
}
