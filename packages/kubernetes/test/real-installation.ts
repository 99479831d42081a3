import type { ClusterConnection, WebhookEndpoint } from "@gatewright/core";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { connectCluster } from "../src/connect-cluster.ts";
import { registrationPolicyRules } from "../src/registration/policy-rules.ts";
import { endpoint, everything } from "./endpoints.ts";
import {
  issueFor,
  type Registering,
  startRegistering,
  type TestCertificate,
} from "./registering.ts";

export const NAMESPACE = "gatewright-system";
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:gatewright`;
const GROUPS = ["system:serviceaccounts", `system:serviceaccounts:${NAMESPACE}`];
const RBAC = "rbac.authorization.k8s.io";

/** Where nobody listens: every call of a webhook fails at once. */
const DEAD = "https://127.0.0.1:9";

/** Everything, under Fail, with nobody to answer: the worst that can be registered. */
export const worst: readonly WebhookEndpoint[] = [
  endpoint("all.example.com", "mutate", { rules: [everything] }),
  endpoint("all.example.com", "validate", { rules: [everything] }),
];

/** A real control plane in which Gatewright is installed again and again, and does not answer. */
export interface RealInstallation {
  readonly plane: ControlPlane;
  /** As the installation's ServiceAccount, which may do what `registrationPolicyRules` says, and nothing else. */
  connection(): ClusterConnection;
  /** PEM of the CA of its servers. */
  readonly ca: string;
  /** All but the configurations; resolves when the Deployment's replicas are ready. */
  install(): Promise<void>;
  /** A server of it. */
  start(endpoints?: readonly WebhookEndpoint[]): Promise<Registering>;
  /** Whether anything else can be written: by a dry run. */
  isFree(): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startRealInstallation(): Promise<RealInstallation> {
  const plane = await startControlPlane({ users: { [ACCOUNT]: GROUPS } });
  const certificate: TestCertificate = await issueFor("127.0.0.1");
  const connections: ClusterConnection[] = [];
  const connect = async (): Promise<ClusterConnection> => {
    const made = await connectCluster({ kubeconfig: plane.kubeconfigFor(ACCOUNT) });
    connections.push(made);
    return made;
  };
  const connection = await connect();
  const deployments = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
  return {
    plane,
    ca: certificate.ca,
    connection: () => connection,
    async install() {
      await apply(plane, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
      for (const object of rbac()) await apply(plane, object);
      await apply(plane, deployment);
      await untilReady(plane);
      await waitUntil(
        async () =>
          (await plane.request(`${deployments}/gatewright`)).body.status.availableReplicas === 2,
        { what: "the Deployment to be available" },
      );
    },
    start: (endpoints = worst) =>
      startRegistering({
        connection,
        certificate,
        endpoints,
        url: DEAD,
        deployment: { name: "gatewright", namespace: NAMESPACE },
      }),
    async isFree() {
      const body = { metadata: { name: "probe" } };
      const path = "/api/v1/namespaces/default/configmaps?dryRun=All";
      return (await plane.request(path, { body })).status === 201;
    },
    async stop() {
      for (const one of connections) await one.close();
      await plane.stop();
    },
  };
}

async function apply(plane: ControlPlane, object: object): Promise<void> {
  const { exitCode, stderr } = await plane.kubectl(["apply", "-f", "-"], { input: object });
  if (exitCode !== 0) throw new Error(stderr);
}

function rbac(): object[] {
  const { cluster, namespace } = registrationPolicyRules({ namespace: NAMESPACE });
  const subjects = [{ kind: "ServiceAccount", name: "gatewright", namespace: NAMESPACE }];
  const apiVersion = `${RBAC}/v1`;
  const pair = (prefix: "Cluster" | "", metadata: object, rules: object[]): object[] => {
    const roleRef = { apiGroup: RBAC, kind: `${prefix}Role`, name: "gatewright" };
    return [
      { apiVersion, kind: `${prefix}Role`, metadata, rules },
      { apiVersion, kind: `${prefix}RoleBinding`, metadata, roleRef, subjects },
    ];
  };
  const name = "gatewright";
  return [
    ...pair("Cluster", { name }, cluster),
    ...pair("", { name, namespace: NAMESPACE }, namespace),
  ];
}

const labels = { app: "gatewright" };
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "gatewright", namespace: NAMESPACE },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "a" }] } },
  },
};

/** What a kubelet would say of its pods: there is none. */
async function untilReady(plane: ControlPlane): Promise<void> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
  const pods = await waitUntil(
    async () => {
      const { items } = (await plane.request(`${path}?labelSelector=app=gatewright`)).body;
      return items.length === 2 ? (items as { metadata: { name: string } }[]) : undefined;
    },
    { what: "the Deployment's pods" },
  );
  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: "Ready", status: "True", lastTransitionTime }];
  for (const { metadata } of pods ?? []) {
    const body = { status: { phase: "Running", conditions } };
    await plane.request(`${path}/${metadata.name}/status`, { method: "PATCH", body });
  }
}
