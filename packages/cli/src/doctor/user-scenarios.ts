import { component, controller, node, podRequests, update } from "./recovery-requests.ts";
import { requestFor } from "./request.ts";
import type { Scenario } from "./scenario.ts";

const of = requestFor;

/** What users and administrators do, and a cluster can be without for a while. */
export const userScenarios: readonly Scenario[] = [
  {
    id: "extensions",
    title: "custom resource definitions and API services are repaired",
    requests: () => [
      of("apiextensions.k8s.io/v1/customresourcedefinitions", update),
      of("apiregistration.k8s.io/v1/apiservices", update),
      of("apiregistration.k8s.io/v1/apiservices/status", {
        ...update,
        ...component("kube-aggregator"),
      }),
    ],
  },
  {
    id: "events",
    title: "events are recorded",
    requests: () => [
      of("v1/events", node),
      of("events.k8s.io/v1/events", component("kube-scheduler")),
    ],
  },
  {
    id: "namespaces-created",
    title: "a new namespace is created and filled",
    requests: () => [
      of("v1/namespaces", { name: "example" }),
      of("v1/serviceaccounts", {
        namespace: "example",
        name: "default",
        ...controller("service-account-controller"),
      }),
      of("v1/configmaps", {
        namespace: "example",
        name: "kube-root-ca.crt",
        ...controller("root-ca-cert-publisher"),
      }),
    ],
  },
  {
    id: "pods",
    title: "pods of users (in default) are replaced",
    requests: () => [
      ...podRequests("default"),
      of("v1/serviceaccounts/token", { ...node, namespace: "default" }),
      of("v1/persistentvolumeclaims", { ...update, ...controller("persistent-volume-binder") }),
    ],
  },
  {
    id: "rollouts",
    title: "users roll out and scale their workloads (in default)",
    requests: () => [
      of("apps/v1/deployments", update),
      of("apps/v1/deployments/scale", update),
      of("v1/configmaps", update),
      of("v1/services", update),
    ],
  },
  {
    id: "drains",
    title: "nodes are drained (evictions in default)",
    requests: () => [of("v1/nodes", update), of("v1/pods/eviction")],
  },
  {
    id: "webhook-configurations",
    title: "webhook configurations are changed and deleted",
    requests: () =>
      (["UPDATE", "DELETE"] as const).flatMap((operation) =>
        ["validating", "mutating"].map((kind) =>
          of(`admissionregistration.k8s.io/v1/${kind}webhookconfigurations`, { operation }),
        ),
      ),
  },
];
