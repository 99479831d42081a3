import { waitUntil } from "@gatewright/testing/control-plane";
import { configurationPaths, type Place } from "../stage/installation.ts";
import type { Stage } from "../stage/stage.ts";
import { all, type Ask, createAsk, type Happened, kubelet, patch, touch } from "./asker.ts";
import { podsReplaced } from "./pods-replaced.ts";
import { definition } from "./prepare.ts";
import { signingRequest } from "./signing-request.ts";

/** What the doctor has a line about, done for real. */
export type Trial = () => Promise<Happened>;

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const inDefault = "/api/v1/namespaces/default";

/** By the doctor's names. The order matters: the last of them brings the servers back. */
export function trialsOf(stage: Stage, place: Place): Record<string, Trial> {
  const ask = createAsk(stage);
  return {
    ...ofNodes(ask, stage),
    "kube-system-pods": () => podsReplaced(stage, ask, "kube-system"),
    "service-account-tokens": () =>
      all(
        () => ask("/api/v1/namespaces/kube-system/serviceaccounts/default/token", token),
        () =>
          ask(`/api/v1/namespaces/${place.namespace}/serviceaccounts/${place.name}/token`, token),
      ),
    ...ofAdministrators(ask, place),
    ...ofUsers(stage, ask),
    [`serving-pods:${place.namespace}`]: () => ownPodsReplaced(stage, ask, place),
  };
}

const token = { body: { spec: { audiences: [] } } };

function ofNodes(ask: Ask, { plane }: Stage): Record<string, Trial> {
  const name = "worker-1";
  const nodes = "/api/v1/nodes";
  const leases = "/apis/coordination.k8s.io/v1/namespaces";
  const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const now = () => new Date().toISOString().replace("Z", "000Z");
  const lease = (of: string) => ({
    metadata: { name: of },
    spec: { holderIdentity: of, renewTime: now() },
  });
  const condition = (type: string) => ({
    conditions: [{ type, status: "True", reason: "Drill", message: "" }],
  });
  return {
    "nodes-register": () =>
      all(
        () => ask(nodes, { body: { metadata: { name } } }, kubelet),
        () => ask(`${nodes}/${name}`, touch, kubelet),
        () => ask(`${nodes}/${name}/status`, patch({ status: condition("Ready") }), kubelet),
        () =>
          ask(
            "/apis/storage.k8s.io/v1/csinodes",
            { body: { metadata: { name }, spec: { drivers: [] } } },
            kubelet,
          ),
      ),
    "leases-renew": () => {
      const manager = { as: "system:kube-controller-manager" };
      const own = `${leases}/kube-node-lease/leases`;
      const leaders = `${leases}/kube-system/leases`;
      return all(
        () => ask(own, { body: lease(name) }, kubelet),
        () => ask(`${own}/${name}`, patch({ spec: { renewTime: now() } }), kubelet),
        () => ask(leaders, { body: lease("drill") }, manager),
        () => ask(`${leaders}/drill`, patch({ spec: { renewTime: now() } }), manager),
      );
    },
    "csrs-signed": async () => {
      const body = await signingRequest(name);
      const certificate = Buffer.from(plane.ca).toString("base64");
      const of = (status: object) => patch({ status });
      return all(
        () => ask(csrs, { body }, { as: "system:bootstrap:abcdef" }),
        () => ask(`${csrs}/${name}/approval`, of(condition("Approved"))),
        () => ask(`${csrs}/${name}/status`, of({ certificate })),
      );
    },
    reviews: () =>
      all(
        () =>
          ask(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            { body: { spec: { token: "x" } } },
            kubelet,
          ),
        () =>
          ask(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            { body: { spec: { user: "x", nonResourceAttributes: { path: "/", verb: "get" } } } },
            kubelet,
          ),
      ),
  };
}

function ofAdministrators(ask: Ask, place: Place): Record<string, Trial> {
  const volume = { persistentVolumeName: "before" };
  const spec = { attacher: "drill.example.com", nodeName: "worker-1", source: volume };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "before" };
  const services = "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps";
  const metadata = { name: "drill" };
  return {
    volumes: () =>
      all(
        () => ask("/apis/storage.k8s.io/v1/volumeattachments", { body: { metadata, spec } }),
        () => ask("/api/v1/persistentvolumes/before", touch),
      ),
    "namespace-deletion": () => ask("/api/v1/namespaces/doomed", { method: "DELETE" }),
    rbac: () =>
      all(
        () => ask(`${rbac}/clusterroles/before`, touch),
        () => ask(`${rbac}/clusterrolebindings`, { body: { metadata, roleRef } }),
        () => ask(`${rbac}/namespaces/kube-system/rolebindings`, { body: { metadata, roleRef } }),
      ),
    extensions: () =>
      all(
        () => ask(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition}`, touch),
        () => ask(services, touch),
        () => ask(`${services}/status`, touch),
      ),
    "webhook-configurations": () =>
      all(
        ...Object.values(configurationPaths).flatMap((path) => [
          () => ask(`${path}/${place.name}`, touch),
          () => ask(`${path}/${place.name}?dryRun=All`, { method: "DELETE" }),
        ]),
      ),
  };
}

function ofUsers(stage: Stage, ask: Ask): Record<string, Trial> {
  const deployment = "/apis/apps/v1/namespaces/default/deployments/before";
  const involvedObject = { kind: "Pod", namespace: "default", name: "before" };
  const metadata = { name: "drill" };
  return {
    events: () =>
      all(
        () =>
          ask(
            `${inDefault}/events`,
            { body: { metadata, involvedObject, reason: "Drill" } },
            kubelet,
          ),
        () =>
          ask(
            "/apis/events.k8s.io/v1/namespaces/default/events",
            { body: schedulerEvent() },
            { as: "system:kube-scheduler" },
          ),
      ),
    "namespaces-created": () => ask("/api/v1/namespaces", { body: { metadata } }),
    pods: () => podsReplaced(stage, ask, "default"),
    rollouts: () =>
      all(
        () => ask(deployment, touch),
        () => ask(`${deployment}/scale`, patch({ spec: { replicas: 0 } })),
        () => ask(`${inDefault}/configmaps/before`, touch),
        () => ask(`${inDefault}/services/before`, touch),
      ),
    drains: () =>
      all(
        () => ask("/api/v1/nodes/node-1", patch({ spec: { unschedulable: false } })),
        () => ask(`${inDefault}/pods/before/eviction`, { body: { metadata: { name: "before" } } }),
      ),
  };
}

function schedulerEvent(): object {
  const reporting = { reportingController: "default-scheduler", reportingInstance: "drill" };
  return {
    metadata: { name: "drill-scheduled" },
    eventTime: new Date().toISOString().replace("Z", "000Z"),
    regarding: { kind: "Pod", namespace: "default", name: "before" },
    ...{ type: "Normal", reason: "Drill", action: "Drill", ...reporting },
  };
}

/** All at once, with no node that would say goodbye for them. */
async function ownPodsReplaced(stage: Stage, ask: Ask, { namespace }: Place): Promise<Happened> {
  const { plane, nodes } = stage;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const uids = async (): Promise<string[]> =>
    ((await plane.request(pods)).body.items as { metadata: { uid: string } }[]).map(
      ({ metadata }) => metadata.uid,
    );
  const before = await uids();
  const gone = await ask(pods, { method: "DELETE", body: { gracePeriodSeconds: 0 } });
  if (gone === "blocked") return "blocked";
  await waitUntil(
    async () => {
      const now = await uids();
      return now.length === before.length && now.every((uid) => !before.includes(uid));
    },
    { what: "the Deployment's pods to be created" },
  );
  nodes.powerOn();
  return "works";
}
