import type { Patient } from "./check.ts";
import { networkNamespaces } from "./network-namespaces.ts";
import {
  component,
  controller,
  endpointRequests,
  node,
  ownRequests,
  podRequests,
  update,
} from "./recovery-requests.ts";
import { requestFor } from "./request.ts";
import type { Scenario } from "./scenario.ts";
import { servingOf } from "./serving.ts";
import { userScenarios } from "./user-scenarios.ts";

const of = requestFor;

const servingNamespaces = ({ webhooks }: Patient) =>
  [...new Set(webhooks.flatMap(({ client }) => client.service?.namespace ?? []))].sort();

export const kubeSystemPods: Scenario = {
  id: "kube-system-pods",
  title: "pods of kube-system (DNS, kube-proxy, CNI) are replaced",
  requests: () => podRequests("kube-system", { "k8s-app": "kube-dns" }),
};

export const networkPods: Scenario = {
  id: "network-pods",
  title: "pods of the network's own namespaces are replaced",
  requests: (patient) => networkNamespaces(patient).flatMap((name) => podRequests(name)),
};

export const nodesRegister: Scenario = {
  id: "nodes-register",
  title: "nodes register, and report their status",
  requests: () => [
    of("v1/nodes", { ...node, name: "worker-1" }),
    of("v1/nodes", { ...node, ...update, name: "worker-1" }),
    of("v1/nodes/status", { ...node, ...update, name: "worker-1" }),
    of("storage.k8s.io/v1/csinodes", { ...node, name: "worker-1" }),
  ],
};

export const leasesRenew: Scenario = {
  id: "leases-renew",
  title: "leases of nodes, and of the control plane's leaders, are renewed",
  requests: () => [
    of("coordination.k8s.io/v1/leases", { ...node, namespace: "kube-node-lease" }),
    of("coordination.k8s.io/v1/leases", { ...node, ...update, namespace: "kube-node-lease" }),
    of("coordination.k8s.io/v1/leases", {
      ...update,
      ...component("kube-controller-manager"),
      namespace: "kube-system",
      name: "kube-controller-manager",
    }),
  ],
};

export const certificatesSigned: Scenario = {
  id: "csrs-signed",
  title: "certificates of nodes are requested, approved and signed",
  requests: () => {
    const csr = "certificates.k8s.io/v1/certificatesigningrequests";
    const approver = controller("certificate-controller");
    const bootstrapper = {
      username: "system:bootstrap:abcdef",
      groups: ["system:bootstrappers", "system:authenticated"],
    };
    return [
      of(csr, bootstrapper),
      of(`${csr}/approval`, { ...update, ...approver }),
      of(`${csr}/status`, { ...update, ...approver }),
    ];
  },
};

export const tokensIssued: Scenario = {
  id: "service-account-tokens",
  title: "pods of kube-system, and those that serve webhooks, get their accounts' tokens",
  requests: (patient) =>
    ["kube-system", ...servingNamespaces(patient)].map((namespace) =>
      of("v1/serviceaccounts/token", { ...node, namespace }),
    ),
};

export const reviewsAnswered: Scenario = {
  id: "reviews",
  title: "kubelets and aggregated API servers ask who somebody is, and what they may do",
  requests: () => [
    of("authentication.k8s.io/v1/tokenreviews", node),
    of("authorization.k8s.io/v1/subjectaccessreviews", node),
  ],
};

export const volumesAttached: Scenario = {
  id: "volumes",
  title: "volumes are provisioned and attached",
  requests: () => [
    of("storage.k8s.io/v1/volumeattachments", controller("attachdetach-controller")),
    of("v1/persistentvolumes", { ...update, ...controller("persistent-volume-binder") }),
  ],
};

export const namespacesDeleted: Scenario = {
  id: "namespace-deletion",
  title: "a namespace is deleted to the end",
  requests: () => [
    of("v1/namespaces", { operation: "DELETE", name: "example" }),
    of("v1/pods", {
      operation: "DELETE",
      namespace: "example",
      ...controller("namespace-controller"),
    }),
    of("v1/namespaces/finalize", {
      ...update,
      name: "example",
      ...controller("namespace-controller"),
    }),
  ],
};

export const rightsRepaired: Scenario = {
  id: "rbac",
  title: "an administrator repairs roles and bindings",
  requests: () => [
    of("rbac.authorization.k8s.io/v1/clusterroles", update),
    of("rbac.authorization.k8s.io/v1/clusterrolebindings"),
    of("rbac.authorization.k8s.io/v1/rolebindings", { namespace: "kube-system" }),
  ],
};

/** Pods of one namespace that serves webhooks, and their way into its Services. */
export function servingScenario(namespace: string): Scenario {
  return {
    id: `serving-pods:${namespace}`,
    title: `pods that serve webhooks are replaced in ${namespace}, and become endpoints`,
    requests(patient) {
      const here = patient.webhooks.flatMap((webhook) => {
        const serving = servingOf(webhook, patient);
        return serving?.namespace === namespace ? [serving] : [];
      });
      const labels = new Map(
        here.flatMap(({ workloads }) => workloads.map((item) => [item.name, item.labels] as const)),
      );
      const pods = labels.size === 0 ? [{}] : [...labels.values()];
      return [
        ...pods.flatMap((each) => podRequests(namespace, each)),
        ...endpointRequests(namespace, here[0]?.service?.name ?? "webhook"),
        ...ownRequests(namespace),
      ];
    },
  };
}

/** All of them, in the order in which a cluster comes back. */
export function scenariosOf(patient: Patient): Scenario[] {
  return [
    nodesRegister,
    leasesRenew,
    certificatesSigned,
    kubeSystemPods,
    ...(networkNamespaces(patient).length > 0 ? [networkPods] : []),
    ...servingNamespaces(patient).map(servingScenario),
    tokensIssued,
    reviewsAnswered,
    volumesAttached,
    namespacesDeleted,
    rightsRepaired,
    ...userScenarios,
  ];
}
