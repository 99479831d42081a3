import {
  allPods,
  caBundle,
  configuration,
  judging,
  type Loose,
  notIn,
  rule,
  server,
  validating,
  webhook,
} from "./cluster.ts";
import type { Fault } from "./fault.ts";

const other = (changes: Loose) =>
  configuration("Validating", "others", [
    webhook({
      name: "other.example.com",
      clientConfig: { service: { namespace: "other-system", name: "other" }, caBundle },
      ...changes,
    }),
  ]);

/** Planted webhooks that keep a cluster from coming back. */
export const lockOuts: readonly Fault[] = [
  {
    name: "its own pods",
    finds: ["GWD201"],
    objects: [validating(webhook({ rules: allPods, namespaceSelector: notIn("kube-system") }))],
  },
  {
    name: "its own pods, by their labels",
    finds: ["GWD110", "GWD111", "GWD201"],
    objects: [
      validating(
        webhook({
          rules: allPods,
          namespaceSelector: notIn("kube-system"),
          objectSelector: { matchLabels: { "app.kubernetes.io/name": "webhook" } },
        }),
      ),
    ],
  },
  {
    name: "pods of kube-system",
    finds: ["GWD202"],
    objects: [validating(webhook({ rules: allPods, namespaceSelector: notIn("webhook-system") }))],
  },
  {
    name: "nodes",
    finds: ["GWD203"],
    objects: [judging(rule(["nodes"], ["CREATE", "UPDATE"]), rule(["nodes/status"], ["UPDATE"]))],
  },
  {
    name: "leases",
    finds: ["GWD204", "GWD801"],
    objects: [judging(rule(["leases"], ["CREATE", "UPDATE"], "coordination.k8s.io"))],
  },
  {
    name: "CSRs",
    finds: ["GWD205"],
    objects: [
      judging(rule(["certificatesigningrequests"], ["CREATE", "UPDATE"], "certificates.k8s.io")),
    ],
  },
  {
    name: "the network, elsewhere than in kube-system",
    finds: ["GWD206"],
    objects: [
      validating(webhook({ rules: [rule(["pods/binding"], ["CREATE"])] })),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "calico-system" } },
    ],
  },
  {
    name: "endpoints of its own Service",
    finds: ["GWD209", "GWD801"],
    objects: [
      validating(
        webhook({
          rules: [rule(["endpointslices"], ["CREATE", "UPDATE"], "discovery.k8s.io")],
          namespaceSelector: notIn("kube-system"),
        }),
      ),
    ],
  },
  {
    name: "tokens",
    finds: ["GWD210"],
    objects: [
      validating(
        webhook({ rules: [rule(["serviceaccounts/token"], ["CREATE"])], namespaceSelector: {} }),
      ),
    ],
  },
  {
    name: "the end of namespaces, rights and volumes",
    finds: ["GWD211", "GWD212", "GWD213"],
    objects: [
      judging(
        rule(["namespaces"], ["DELETE"]),
        rule(["clusterroles"], ["CREATE", "UPDATE"], "rbac.authorization.k8s.io"),
        rule(["volumeattachments"], ["CREATE", "UPDATE"], "storage.k8s.io"),
      ),
    ],
  },
  {
    name: "reviews of access",
    finds: ["GWD214"],
    objects: [judging(rule(["subjectaccessreviews"], ["CREATE"], "authorization.k8s.io"))],
  },
  {
    name: "everything, under Fail",
    finds: [
      ..."GWD202 GWD203 GWD204 GWD205 GWD210 GWD211 GWD212 GWD213 GWD214 GWD220 GWD801".split(" "),
    ],
    objects: [
      validating(
        webhook({
          rules: [rule(["*/*"], ["*"], "*", "*")],
          namespaceSelector: notIn("webhook-system"),
        }),
      ),
    ],
  },
  {
    name: "two servers that wait for each other",
    finds: ["GWD207"],
    objects: [
      ...Object.values(server("other-system", "other")),
      validating(webhook({ rules: allPods })),
      other({ rules: allPods, namespaceSelector: notIn("other-system", "kube-system") }),
    ],
  },
  {
    name: "a server that waits for another",
    finds: ["GWD208"],
    objects: [
      ...Object.values(server("other-system", "other")),
      validating(webhook({ rules: allPods })),
      other({}),
    ],
  },
];
