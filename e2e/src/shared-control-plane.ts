import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { after } from "mocha";

/** What the suites share: one control plane, and a folder for what they write. */
export interface Cluster {
  plane: ControlPlane;
  folder: string;
  /** Audit events of pods, as the API server has written them so far. */
  auditEvents(): Promise<AuditEvent[]>;
}

/** As much of an `audit.k8s.io/v1` Event as the suites read. */
export interface AuditEvent {
  objectRef?: { resource: string; name?: string; namespace?: string };
  annotations?: Record<string, string>;
}

let starting: Promise<Cluster> | undefined;

/** Starts the control plane for whoever asks first: it takes seconds, and 400 MB. */
export function sharedCluster(): Promise<Cluster> {
  starting ??= start();
  return starting;
}

// Outside of any suite: a hook of mocha's root, which runs after the last one.
after("stop the control plane", async () => {
  const cluster = await starting;
  if (cluster === undefined) return;
  await cluster.plane.stop();
  await rm(cluster.folder, { recursive: true, force: true });
});

async function start(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "gatewright-e2e-"));
  const policy = join(folder, "audit-policy.json");
  const log = join(folder, "audit.log");
  await writeFile(policy, JSON.stringify(auditPolicy));
  const plane = await startControlPlane({
    apiServerArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
  });
  return {
    plane,
    folder,
    async auditEvents() {
      const lines = (await readFile(log, "utf8")).split("\n");
      // What follows the last newline is being written.
      return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
    },
  };
}

const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "Metadata", resources: [{ group: "", resources: ["pods"] }] },
    { level: "None" },
  ],
};

let namespaces = 0;

/** Makes a namespace in which pods can be created. */
export async function createNamespace(plane: ControlPlane): Promise<string> {
  const name = `e2e-${namespaces++}`;
  await plane.request("/api/v1/namespaces", { body: { metadata: { name } } });
  await untilPodsCanBeCreated(plane, name);
  return name;
}

/** The controller manager makes each namespace's service account, which pods need. */
export async function untilPodsCanBeCreated(plane: ControlPlane, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  await waitUntil(async () => (await plane.request(path)).status === 200, {
    what: `the service account of ${namespace}`,
  });
}
