import type { ClusterConnection } from "@gatewright/core";
import { isLoopback } from "../frame/loopback.ts";
import type { Say } from "../frame/progress.ts";
import { callEndpoint } from "./call-endpoint.ts";
import { patientOf } from "./check.ts";
import { servedKey } from "./checks/served-certificates.ts";
import type { PlacedObject, ServedCertificate, Snapshot } from "./snapshot.ts";
import { at, listOf, numberOf, textOf } from "./tolerant.ts";

const TIMEOUT_MS = 30_000;

/** What the doctor cannot do without. */
const needed = [
  "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
];

/** What it reads of the whole cluster, by the kind that it then knows nothing of. */
const welcome: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: "admissionregistration.k8s.io/v1/validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding:
    "admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
  CustomResourceDefinition: "apiextensions.k8s.io/v1/customresourcedefinitions",
  Namespace: "v1/namespaces",
  Node: "v1/nodes",
};

/** What it reads of the namespaces that webhooks are served from. */
const ofServers: Readonly<Record<string, string>> = {
  Service: "v1/services",
  EndpointSlice: "discovery.k8s.io/v1/endpointslices",
  Deployment: "apps/v1/deployments",
  StatefulSet: "apps/v1/statefulsets",
  DaemonSet: "apps/v1/daemonsets",
  PodDisruptionBudget: "policy/v1/poddisruptionbudgets",
};

/** A cluster, and what could not be looked at in it. */
export interface ClusterSnapshot {
  readonly snapshot: Snapshot;
  /** A line each. */
  readonly notes: readonly string[];
}

/**
 * Reads a cluster: configurations, policies, and those who serve them. No Secret is read; which certificate is served
 * is asked of the endpoints, where they can be reached from here.
 *
 * @throws ClusterError where the configurations themselves cannot be read.
 */
export async function readCluster(
  connection: ClusterConnection,
  say: Say,
): Promise<ClusterSnapshot> {
  const notes: string[] = [];
  const unread = new Set<string>();
  const objects: PlacedObject[] = [];
  const list = async (resource: string, namespace?: string): Promise<void> => {
    const { items } = await connection.list(resource, { namespace, timeoutMs: TIMEOUT_MS });
    objects.push(...items.map((object) => ({ object })));
  };
  const tryList = async (kind: string, resource: string, namespace?: string): Promise<void> => {
    try {
      await list(resource, namespace);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      unread.add(kind);
      notes.push(`${resource} could not be read, and is not judged: ${why}`);
    }
  };
  say("reading webhook configurations");
  await Promise.all(needed.map((resource) => list(resource)));
  await Promise.all(Object.entries(welcome).map(([kind, resource]) => tryList(kind, resource)));
  const found: Snapshot = { objects, complete: true };
  const namespaces = new Set(
    patientOf(found).webhooks.flatMap(({ client }) => client.service?.namespace ?? []),
  );
  say(
    `reading who serves them, in ${namespaces.size} ${namespaces.size === 1 ? "namespace" : "namespaces"}`,
  );
  for (const namespace of namespaces) {
    await Promise.all(
      Object.entries(ofServers).map(([kind, resource]) => tryList(kind, resource, namespace)),
    );
  }
  const snapshot: Snapshot = {
    objects,
    complete: true,
    unread,
    kubernetesVersion: newestKubelet(objects),
  };
  say("asking what certificates are served");
  const served = await servedCertificates(snapshot, notes, connection.url);
  return { snapshot: { ...snapshot, served }, notes };
}

/** No API server is older than a kubelet of its cluster (kubernetes.io/releases/version-skew-policy). */
function newestKubelet(objects: readonly PlacedObject[]): string | undefined {
  const minors = objects.flatMap(({ object }) => {
    const version = textOf(at(object, "status", "nodeInfo", "kubeletVersion"));
    const minor = /^v1\.(\d+)/.exec(version ?? "")?.[1];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.length === 0 ? undefined : `1.${Math.max(...minors)}`;
}

async function servedCertificates(
  snapshot: Snapshot,
  notes: string[],
  apiServer: string,
): Promise<Map<string, ServedCertificate>> {
  const patient = patientOf(snapshot);
  const wanted = new Map(
    patient.webhooks.flatMap((webhook) => {
      const key = servedKey(webhook);
      return key === undefined ? [] : [[key, webhook.client] as const];
    }),
  );
  const served = new Map<string, ServedCertificate>();
  await Promise.all(
    [...wanted].map(async ([key, { service, url }]) => {
      const targets =
        service === undefined
          ? urlTargets(url ?? "")
          : endpointTargets(snapshot.objects, service.namespace, service.name, service.port);
      for (const { address, port, host } of targets.slice(0, 3)) {
        const shown = await callEndpoint(address, port, host);
        if (shown === undefined) continue;
        // The endpoints of a Service are for the cluster to reach; a URL is the same from everywhere, but for loopback.
        if (shown.refused === true && (service !== undefined || !isSameHere(host, apiServer)))
          continue;
        served.set(key, shown);
        return;
      }
      if (targets.length > 0)
        notes.push(`${key} cannot be reached from here: its certificate is not judged`);
    }),
  );
  return served;
}

/** Whether the API server that calls `host` comes to the same machine as we do. */
function isSameHere(host: string, apiServer: string): boolean {
  return !isLoopback(host) || isLoopback(new URL(apiServer).hostname);
}

function urlTargets(url: string) {
  const { hostname, port } = new URL(url);
  const host = hostname.replaceAll(/^\[|\]$/g, "");
  return [{ address: host, port: port === "" ? 443 : Number(port), host }];
}

/** Ready addresses of a Service, with the port that its own port leads to. */
function endpointTargets(
  objects: readonly PlacedObject[],
  namespace: string,
  name: string,
  port: number,
) {
  const service = objects.find(
    ({ object }) =>
      at(object, "kind") === "Service" &&
      at(object, "metadata", "namespace") === namespace &&
      at(object, "metadata", "name") === name,
  );
  const ports = listOf(at(service?.object, "spec", "ports"));
  const portName =
    textOf(
      at(
        ports.find((item) => at(item, "port") === port),
        "name",
      ),
    ) ?? "";
  return objects.flatMap(({ object }) => {
    const isIts =
      at(object, "kind") === "EndpointSlice" &&
      at(object, "metadata", "namespace") === namespace &&
      at(object, "metadata", "labels", "kubernetes.io/service-name") === name;
    if (!isIts) return [];
    const slicePorts = listOf(at(object, "ports"));
    const target = slicePorts.find((item) => (textOf(at(item, "name")) ?? "") === portName);
    const number = numberOf(at(target, "port"));
    if (number === undefined) return [];
    return listOf(at(object, "endpoints"))
      .filter((endpoint) => at(endpoint, "conditions", "ready") !== false)
      .flatMap((endpoint) => listOf(at(endpoint, "addresses")))
      .filter((address) => typeof address === "string")
      .map((address) => ({ address, port: number, host: `${name}.${namespace}.svc` }));
  });
}
