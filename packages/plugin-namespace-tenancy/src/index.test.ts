import {
  connects,
  createFakeCluster,
  creates,
  deletes,
  evicts,
  PluginTester,
  updates,
} from "@gatewright/testing";
import { belongsTo, configMap, namespace, OWNERS, pod, roleBinding } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const bob = { user: "bob" };
const owners = belongsTo(["alice", "group:leads"], ["carol"]);
const notBob = 'user "bob" is not a member of namespace "team-a" (owners: alice, group leads)';
const cluster = () =>
  createFakeCluster({
    objects: [
      namespace("team-a", owners),
      namespace("broken", { [OWNERS]: "alice" }),
      namespace("once-owned"),
      roleBinding("once-owned", ["alice"], { name: "gatewright-owners", role: "admin" }),
    ],
  });
const event = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "started", namespace: "team-a" },
};
const node = { user: "system:node:n1", groups: ["system:nodes"] };

PluginTester.run("what is in a namespace", namespaceTenancy, {
  cluster,
  allows: [
    creates(configMap("team-a")),
    {
      name: "by a group of owners",
      request: creates(configMap("team-a"), { user: "dora", groups: ["leads"] }),
    },
    deletes(configMap("team-a"), { user: "carol" }),
    creates(configMap("team-a"), { serviceAccount: "team-a:default" }),
    creates(configMap("team-a"), { user: "root", groups: ["system:masters"] }),
    connects(pod("team-a"), { subResource: "exec", user: "carol" }),
    { name: "where nobody owns it", request: creates(configMap("default"), bob) },
    deletes(configMap("team-a"), { serviceAccount: "kube-system:namespace-controller" }),
    deletes(configMap("team-a"), { serviceAccount: "kube-system:generic-garbage-collector" }),
    creates(event, { user: "system:kube-scheduler" }),
    updates(pod("team-a"), pod("team-a"), { ...node, subResource: "status" }),
    creates(configMap("broken"), { user: "root", groups: ["system:masters"] }),
    {
      name: "a controller of the configuration",
      config: { controllers: ["system:serviceaccount:flux-system:kustomize-controller"] },
      request: creates(configMap("team-a"), { serviceAccount: "flux-system:kustomize-controller" }),
    },
  ],
  denies: [
    { request: creates(configMap("team-a"), bob), message: notBob, code: 403 },
    { request: updates(configMap("team-a"), configMap("team-a"), bob), message: notBob },
    { request: deletes(configMap("team-a"), bob), message: notBob },
    {
      name: "an item of a deletecollection",
      request: deletes(configMap("team-a"), { ...bob, name: "" }),
      message: notBob,
    },
    { request: evicts(pod("team-a"), bob), message: notBob },
    ...(["exec", "attach", "portforward", "proxy"] as const).map((subResource) => ({
      request: connects(pod("team-a"), { ...bob, subResource }),
      message: notBob,
    })),
    {
      name: "a user called as a group",
      request: creates(configMap("team-a"), { user: "leads" }),
      message: /^user "leads" is not a member/,
    },
    {
      name: "a group called as an owner",
      request: creates(configMap("team-a"), { user: "bob", groups: ["alice"] }),
      message: notBob,
    },
    {
      name: "an account of another namespace",
      request: creates(configMap("team-a"), { serviceAccount: "default:default" }),
      message: /^user "system:serviceaccount:default:default" is not a member/,
    },
    {
      name: "kube-system's other accounts",
      request: creates(configMap("team-a"), { serviceAccount: "kube-system:coredns" }),
      message: /is not a member/,
    },
    {
      name: "what kubelets do not write",
      request: creates(configMap("team-a"), node),
      message: /^user "system:node:n1" is not a member/,
    },
    {
      name: "a name that would forge a line",
      request: creates(configMap("team-a"), { user: 'x" is not\nError: \u0430lice' }),
      message: /^user "x\\" is not\\nError: \\u0430lice" is not a member of namespace "team-a"/,
    },
    {
      name: "malformed",
      request: creates(configMap("broken")),
      message:
        /^namespace "broken" is closed to all but administrators: annotation .* it is no JSON; an admin/,
      auditAnnotations: { ownership: /^malformed: / },
    },
    {
      name: "missing",
      request: creates(configMap("once-owned")),
      message: /^namespace "once-owned" is closed .* it had owners, and annotation/,
      auditAnnotations: { ownership: /^missing: / },
    },
    {
      name: "not there",
      request: creates(configMap("gone"), bob),
      message: 'namespaces "gone" not found',
      code: 404,
      reason: "NotFound",
    },
  ],
});

const serviceToken = {
  apiVersion: "authentication.k8s.io/v1",
  kind: "TokenRequest",
  metadata: { name: "default", namespace: "team-a" },
};
const kept = roleBinding("team-a", ["alice"], { name: "gatewright-owners", role: "admin" });
const server = "system:serviceaccount:gatewright-system:gatewright";

PluginTester.run("who could get in otherwise", namespaceTenancy, {
  cluster,
  allows: [
    creates(roleBinding("team-a", ["carol", "group:leads", "account:team-a/bot"])),
    creates(roleBinding("team-a", ["group:system:serviceaccounts:team-a"])),
    creates(roleBinding("team-a", ["carol"], { kind: "Role", role: "anything" })),
    creates(roleBinding("team-a", ["carol"], { role: "edit" }), { user: "carol" }),
    deletes(roleBinding("team-a", ["bob"])),
    { name: "the server's own", request: updates(kept, kept, { user: server }) },
    {
      name: "by an administrator",
      request: deletes(kept, { user: "root", groups: ["system:masters"] }),
    },
    {
      name: "what it named already",
      request: updates(
        roleBinding("team-a", ["bob"], { role: "cluster-admin" }),
        roleBinding("team-a", ["bob"], { role: "cluster-admin" }),
      ),
    },
    { name: "where nobody owns it", request: creates(roleBinding("default", ["bob"]), bob) },
  ],
  denies: [
    {
      request: creates(serviceToken, {
        ...bob,
        resource: "v1/serviceaccounts",
        subResource: "token",
      }),
      message: notBob,
    },
    { request: creates(roleBinding("team-a", ["bob"]), bob), message: notBob },
    {
      request: creates(roleBinding("team-a", ["carol", "bob"])),
      message: /may name only its owners, its members and its own service accounts, not User bob$/,
      field: "subjects",
    },
    {
      name: "a group of everybody",
      request: creates(roleBinding("team-a", ["group:system:authenticated"])),
      message: /not Group system:authenticated$/,
    },
    {
      name: "a user called as a group of owners",
      request: creates(roleBinding("team-a", ["leads"])),
      message: /not User leads$/,
    },
    {
      name: "an account of another namespace",
      request: creates(roleBinding("team-a", ["account:default/bot"])),
      message: /not ServiceAccount default\/bot$/,
    },
    {
      name: "that account spelled as a user",
      request: creates(roleBinding("team-a", ["system:serviceaccount:default:bot"])),
      message: /not User "system:serviceaccount:default:bot"$/,
    },
    {
      request: creates(roleBinding("team-a", ["carol"], { role: "cluster-admin" })),
      message: 'RoleBindings in namespace "team-a" may not give ClusterRole cluster-admin',
      field: "roleRef.name",
    },
    {
      name: "one more subject of a role that was granted",
      request: updates(
        roleBinding("team-a", [], { role: "cluster-admin" }),
        roleBinding("team-a", ["alice"], { role: "cluster-admin" }),
      ),
      message: /may not give ClusterRole cluster-admin/,
    },
    {
      name: "the kept one",
      request: updates(kept, { ...kept, subjects: [] }),
      message: /^user "alice" may not write RoleBinding gatewright-owners in namespace "team-a"/,
    },
    {
      name: "the kept one, in a deletecollection",
      request: deletes(kept, { name: "" }),
      message: /may not write RoleBinding gatewright-owners/,
    },
    {
      name: "a false trace of owners where there were none",
      request: creates(roleBinding("default", ["bob"], { name: "gatewright-members" }), bob),
      message: /may not write RoleBinding gatewright-members in namespace "default"/,
    },
    {
      name: "a binding that stands in for the kept one",
      request: creates(roleBinding("team-a", ["alice"], { name: "gatewright-members-next" })),
      message: /may not write RoleBinding gatewright-members-next/,
    },
    {
      name: "as the server elsewhere",
      request: creates(configMap("team-a"), { serviceAccount: "gatewright-system:other" }),
      message: /is not a member/,
    },
  ],
});
