import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer, type Server } from "@gatewright/core";
import { connectCluster } from "@gatewright/kubernetes";
import namespaceQuota from "@gatewright/plugin-namespace-quota";
import {
  type ApiResponse,
  type ControlPlane,
  type KubectlResult,
  registerServer,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { after, before } from "mocha";
import { type Cluster, sharedCluster } from "../shared-control-plane.ts";
import { developmentTls } from "../test-bed.ts";

/** What the plugin takes. */
export type QuotaConfig = Parameters<typeof namespaceQuota>[0];

type WebhookPolicy = NonNullable<Parameters<typeof registerServer>[2]>["policy"];

/** Where the server's own account and its Leases are. */
const HOME = "gatewright-system";
const WEBHOOK = "quota.e2e.gatewright.dev";
export const KEPT = "gatewright-quota";

/** A running server with the plugin, registered. */
export interface QuotaServer {
  readonly server: Server;
  /** Ends it, and its registration with it unless it is to be missed. */
  stop(options?: { unregister: boolean }): Promise<void>;
}

/** What a suite works with. Alice may do everything that RBAC knows, and is no administrator of the plugin's. */
export interface QuotaBed {
  readonly plane: ControlPlane;
  serve(config: QuotaConfig, policy?: WebhookPolicy): Promise<QuotaServer>;
  /** A name that no other suite has. */
  newName(): string;
  /** Makes it as alice, and waits for nothing. */
  createNamespace(name: string, metadata?: object): Promise<void>;
  kubectl(args: string[], user?: string, input?: object): Promise<KubectlResult>;
  /** One call as alice, unless another is named, whatever comes of it. */
  call(path: string, options?: Parameters<ControlPlane["request"]>[1]): Promise<ApiResponse>;
  /** The same again while the API server says 429 and when to come back: what client-go does. */
  persist(path: string, options?: Parameters<ControlPlane["request"]>[1]): Promise<ApiResponse>;
  /** Names of a namespace's ConfigMaps, but for the system's. */
  configMaps(namespace: string): Promise<string[]>;
  /** The kept ResourceQuota, once it says of itself what is asked for. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  untilQuota(namespace: string, isSo?: (quota: any) => boolean): Promise<any>;
}

/** Call it in a `describe`: it adds the hooks that make and end the bed. */
export function useQuotaBed(): QuotaBed {
  let cluster: Cluster | undefined;
  let kubeconfig = "";
  const running: QuotaServer[] = [];

  before("let the server in", async () => {
    cluster = await sharedCluster();
    kubeconfig = await prepare(cluster);
  });
  after("end the suite's servers", async () => {
    for (const server of running.splice(0).toReversed()) await server.stop();
    // Other suites have the same alice.
    await cluster?.plane.request(`${BINDINGS}/alice-everything`, { method: "DELETE" });
  });

  const bed: QuotaBed = {
    get plane() {
      if (cluster === undefined) throw new Error("the bed is there from the suite's hooks on");
      return cluster.plane;
    },
    async serve(config, policy = {}) {
      const server = await createServer({
        port: 0,
        log: "silent",
        tls: developmentTls(cluster as Cluster),
        shutdown: { gracePeriodSeconds: 0 },
        cluster: () => connectCluster({ kubeconfig }),
        leaderElection: { namespace: HOME },
        webhooks: { [WEBHOOK]: { plugins: [namespaceQuota(config)], failurePolicy: "Fail" } },
      });
      await allow(bed.plane, server);
      const registered = await registerServer(bed.plane, server, { name: "quota", policy });
      const started: QuotaServer = {
        server,
        async stop({ unregister } = { unregister: true }) {
          const at = running.indexOf(started);
          if (at >= 0) running.splice(at, 1);
          if (unregister) await registered.unregister();
          await server.close();
        },
      };
      running.push(started);
      return started;
    },
    newName: () => `quota-${randomBytes(4).toString("hex")}`,
    async createNamespace(name, metadata = {}) {
      const body = { metadata: { name, ...metadata } };
      const { status, text } = await bed.call("/api/v1/namespaces", { body });
      if (status !== 201) throw new Error(text);
    },
    kubectl: (args, user = "alice", input) =>
      bed.plane.kubectl(args, { user, ...(input && { input }) }),
    call: (path, options) => bed.plane.request(path, { user: "alice", ...options }),
    async persist(path, options) {
      let answer = await bed.call(path, options);
      // client-go gives up after ten times (rest/with_retry.go).
      for (let tries = 0; tries < 10 && answer.status === 429; tries++) {
        const seconds = Number(answer.headers["retry-after"]);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        answer = await bed.call(path, options);
      }
      return answer;
    },
    async configMaps(namespace) {
      const { body } = await bed.call(`/api/v1/namespaces/${namespace}/configmaps`);
      const names = (body.items as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
      return names.filter((name) => name !== "kube-root-ca.crt");
    },
    untilQuota: (namespace, isSo = isSettled) =>
      waitUntil(
        async () => {
          const path = `/api/v1/namespaces/${namespace}/resourcequotas/${KEPT}`;
          const { status, body, text } = await bed.call(path);
          if (status !== 200 || !isSo(body)) throw new Error(text);
          return body;
        },
        { what: `the quota of ${namespace}` },
      ),
  };
  return bed;
}

/** Whether all of a quota's numbers are counted. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export function isSettled({ metadata, spec }: any): boolean {
  const settled = metadata.annotations?.["quota.gatewright.dev/settled"];
  return settled?.split(" ")[1] === Object.keys(spec.hard).join(",");
}

/** The account that the server has in a cluster, and a kubeconfig with its token. */
async function prepare({ plane, folder }: Cluster): Promise<string> {
  await plane.request("/api/v1/namespaces", { body: { metadata: { name: HOME } } });
  const accounts = `/api/v1/namespaces/${HOME}/serviceaccounts`;
  await plane.request(accounts, { body: { metadata: { name: "gatewright" } } });
  const subject = { kind: "User", name: "alice", apiGroup: "rbac.authorization.k8s.io" };
  await plane.request(BINDINGS, {
    body: { metadata: { name: "alice-everything" }, subjects: [subject], roleRef: EVERYTHING },
  });
  const { body } = await plane.request(`${accounts}/gatewright/token`, {
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  });
  const file = join(folder, "gatewright-quota.yaml");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server: plane.url, "certificate-authority": plane.caFile } },
    ],
    users: [{ name: "u", user: { token: body.status.token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const EVERYTHING = {
  kind: "ClusterRole",
  name: "cluster-admin",
  apiGroup: "rbac.authorization.k8s.io",
};

/** RBAC for what the server says it needs, and nothing else. */
async function allow(plane: ControlPlane, { policyRules }: Server): Promise<void> {
  const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const metadata = { name: "gatewright-quota" };
  const body = { metadata, rules: policyRules };
  const made = await plane.request(roles, { body });
  if (made.status === 409) {
    await plane.request(`${roles}/${metadata.name}`, { method: "PUT", body });
  }
  await plane.request(BINDINGS, {
    body: {
      metadata,
      subjects: [{ kind: "ServiceAccount", name: "gatewright", namespace: HOME }],
      roleRef: { ...EVERYTHING, name: metadata.name },
    },
  });
}
