import { deletes, evicts, PluginTester } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { podOf } from "../test/pods.ts";
import plugin from "./index.ts";

/** Nobody listens there: what is asked is refused at once. */
const nowhere = "http://127.0.0.1:1";
const cluster = {
  name: "main",
  namespace: "etcd",
  selector: { matchLabels: { app: "etcd" } },
  members: { endpoints: [nowhere], pods: ["etcd-0", "etcd-1", "etcd-2"] },
};
const member = podOf("etcd-0");
const annotation = "etcd-leader-guard.gatewright.dev/break-glass";
const annotated = (value: string) => podOf("etcd-0", { annotations: { [annotation]: value } });
const terminating = podOf("etcd-0", { deletionTimestamp: "2026-01-02T03:04:05Z" });

// Why nobody was reached gRPC tells on its own terms.
const words =
  'etcd cluster "main": pod etcd-0 may be a member, and the cluster cannot be read: ' +
  "no member list was given (http://127.0.0.1:1: WHY). " +
  "Nobody can tell whether it survives without this pod. " +
  'Mend the cluster, or set "unreadable: allow". To delete it all the same: ' +
  `kubectl annotate pod etcd-0 --namespace etcd '${annotation}=<why>', then kubectl delete pod etcd-0 --namespace etcd.`;
const pattern = words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const unreadable = {
  message: new RegExp(`^${pattern.replace("WHY", "(connection refused|no connection)")}$`),
};

PluginTester.run("etcd-leader-guard: a cluster that cannot be read", plugin, {
  config: { clusters: [cluster] },
  denies: [
    { ...unreadable, name: "a DELETE", request: deletes(member), code: 403, reason: "Forbidden" },
    {
      ...unreadable,
      name: "an eviction",
      request: evicts(member),
      code: 429,
      reason: "TooManyRequests",
    },
    { ...unreadable, name: "by force", request: deletes(member, force()) },
    {
      ...unreadable,
      name: "an item of a deletecollection",
      request: deletes(member, { name: "" }),
    },
    { ...unreadable, name: "by its name alone", request: deletes(podOf("etcd-0", { labels: {} })) },
    {
      name: "by its labels alone",
      request: deletes(podOf("etcd-9")),
      message: /pod etcd-9 may be a member/,
    },
    { ...unreadable, name: "even for an administrator", request: deletes(member, admin()) },
    {
      ...unreadable,
      name: "a reason to break the glass that is none",
      request: deletes(annotated(" ")),
    },
    {
      ...unreadable,
      name: "an annotation elsewhere",
      request: deletes(podOf("etcd-0", { annotations: { [`x${annotation}`]: "why" } })),
    },
    {
      ...unreadable,
      name: "who calls itself a controller",
      request: deletes(member, { user: "pod-garbage-collector" }),
    },
  ],
  allows: [
    { name: "another namespace", request: deletes(podOf("etcd-0", { namespace: "web" })) },
    { name: "an eviction there", request: evicts(podOf("etcd-0", { namespace: "web" })) },
    { name: "another pod", request: deletes(podOf("web-0", { labels: { app: "web" } })) },
    { name: "its eviction, which has no labels", request: evicts(podOf("etcd-9")) },
    {
      name: "the kubelet's final DELETE",
      request: deletes(terminating, { user: "system:node:one", groups: ["system:nodes"] }),
    },
    { name: "whoever asks again", request: deletes(terminating) },
    ...["pod-garbage-collector", "namespace-controller"].map((name) => ({
      name: `the ${name}`,
      request: deletes(member, { serviceAccount: `kube-system:${name}` }),
    })),
    {
      name: "a reason to break the glass",
      request: deletes(annotated("node is on fire")),
      warnings: [/passed by without a look at the cluster: .*node is on fire/],
      auditAnnotations: { "break-glass": `alice: annotation ${annotation}: node is on fire` },
    },
  ],
});

PluginTester.run("etcd-leader-guard: who may break the glass", plugin, {
  config: { clusters: [cluster], breakGlass: { users: ["carol"], groups: ["etcd-admins"] } },
  denies: [
    { name: "nobody else", request: deletes(member), message: /cannot be read/ },
    {
      name: "nobody of a like name",
      request: evicts(member, { user: "carol2", groups: ["etcd-admins-of-old"] }),
      message: /cannot be read/,
    },
  ],
  allows: [
    {
      name: "a user",
      request: evicts(member, { user: "carol" }),
      warnings: [/user "carol" may break the glass/],
      auditAnnotations: { "break-glass": 'carol: user "carol" may break the glass' },
    },
    {
      name: "a group",
      request: deletes(member, { user: "dave", groups: ["etcd-admins"] }),
      warnings: [/group "etcd-admins"/],
      auditAnnotations: { "break-glass": 'dave: group "etcd-admins" may break the glass' },
    },
  ],
});

PluginTester.run("etcd-leader-guard: unreadable: allow", plugin, {
  config: {
    clusters: [
      { ...cluster, unreadable: "allow" },
      { ...cluster, name: "other", namespace: "other" },
    ],
  },
  allows: [deletes(member), evicts(member)],
  denies: [
    {
      name: "the other cluster, which has its own policy",
      request: deletes(podOf("etcd-0", { namespace: "other" })),
      message: /^etcd cluster "other"/,
    },
  ],
});

PluginTester.run("etcd-leader-guard: a cluster whose endpoints are names", plugin, {
  config: {
    clusters: [
      { ...cluster, members: { endpoints: ["http://etcd-7.invalid:2379"] } },
      {
        ...cluster,
        name: "kubeadm",
        namespace: "kube-system",
        selector: {
          matchExpressions: [{ key: "tier", operator: "In", values: ["control-plane"] }],
        },
        podName: "etcd-{member}",
        members: { template: "http://{pod}.{namespace}.invalid:2379", pods: ["etcd-cp-1"] },
        retryAfterSeconds: 9,
      },
    ],
  },
  denies: [
    { name: "the first label is a pod", request: evicts(podOf("etcd-7")), message: /etcd-7/ },
    {
      name: "a pod that is listed",
      request: evicts(podOf("etcd-cp-1", { namespace: "kube-system" })),
      message: /^etcd cluster "kubeadm": .*http:\/\/etcd-cp-1\.kube-system\.invalid:2379/,
    },
  ],
  allows: [
    { name: "no part of the name", request: evicts(podOf("etcd-70")) },
    { name: "other labels", request: deletes(podOf("etcd-cp-10", { namespace: "kube-system" })) },
  ],
  rejectsConfig: [
    { config: {}, message: /clusters/ },
    { config: { clusters: [] }, pointer: "/clusters", message: /fewer than 1/ },
    {
      config: { clusters: [cluster], breakglass: {} },
      pointer: "/breakglass",
      message: /did you mean "breakGlass"/,
    },
    {
      config: { clusters: [{ ...cluster, leader: "allow" }] },
      pointer: "/clusters/0/leader",
      message: /deny/,
    },
    {
      name: "an empty selector",
      config: { clusters: [{ ...cluster, selector: {} }] },
      message: /empty/,
    },
    { name: "two of one name", config: { clusters: [cluster, cluster] }, message: /named "main"/ },
    {
      name: "https without a CA",
      config: { clusters: [{ ...cluster, members: { endpoints: ["https://etcd-0:2379"] } }] },
      message: /https needs caFile/,
    },
  ],
});

function force() {
  return { options: { gracePeriodSeconds: 0 } };
}

function admin() {
  return { user: "kubernetes-admin", groups: ["system:masters"] };
}

describe("etcd-leader-guard: a pod that is not guarded", () => {
  it("is let through without a promise, for which core would wait", () => {
    const { definition } = plugin({ clusters: [cluster] });
    const context = { state: { claims: new Map() } };
    const answer = definition.validate?.handle(deletes(member), context as never);
    expect(answer).to.equal(undefined);
  });

  it("costs what it takes to read its name and its labels", () => {
    const { definition } = plugin({ clusters: [cluster] });
    const claim = { ...cluster, cluster, pods: () => new Set(), isOpen: () => false };
    const context = { config: {}, state: { claims: new Map([["etcd", [claim]]]) } };
    const read = new Set<string | symbol>();
    const request = new Proxy(deletes(podOf("web-0", { labels: { app: "web" } })), {
      get(target, key) {
        read.add(key);
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(definition.validate?.handle(request, context as never)).to.equal(undefined);
    expect([...read]).to.have.members(["namespace", "operation", "oldObject", "name"]);
  });
});
