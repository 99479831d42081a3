import { createFakeCluster, creates, deletes, PluginTester, updates } from "@gatewright/testing";
import { belongsTo, configMap, namespace } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const bob = { user: "bob" };
const node = { user: "system:node:n1", groups: ["system:nodes"] };
const server = "system:serviceaccount:gatewright-system:gatewright";
const cluster = () => createFakeCluster({ objects: [namespace("team-a", belongsTo(["alice"]))] });
const lease = (within: string, name = "gatewright-namespace-tenancy") => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name, namespace: within },
});

PluginTester.run("the servers' elections", namespaceTenancy, {
  cluster,
  allows: [
    creates(lease("team-a"), { user: server }),
    creates(lease("default"), { user: server }),
    {
      name: "by an administrator",
      request: deletes(lease("team-a"), { groups: ["system:masters"] }),
    },
    {
      name: "with its namespace's end",
      request: deletes(lease("team-a"), { serviceAccount: "kube-system:namespace-controller" }),
    },
    creates(lease("team-a", "my-gatewright-controller")),
    creates({ ...configMap("team-a", "gatewright-settings") }),
  ],
  denies: [
    {
      request: creates(lease("team-a")),
      message:
        'user "alice" may not write Lease gatewright-namespace-tenancy in namespace "team-a": it is of Gatewright\'s own elections',
      code: 403,
    },
    { request: updates(lease("team-a"), lease("team-a")), message: /may not write Lease/ },
    { request: deletes(lease("team-a"), { name: "" }), message: /may not write Lease/ },
    {
      name: "where nobody owns it",
      request: creates(lease("default"), bob),
      message:
        /^user "bob" may not write Lease gatewright-namespace-tenancy in namespace "default"/,
    },
    {
      name: "by a kubelet",
      request: updates(lease("team-a"), lease("team-a"), node),
      message: /^user "system:node:n1"/,
    },
  ],
});
