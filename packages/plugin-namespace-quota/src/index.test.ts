import { creates, PluginTester, updates } from "@gatewright/testing";
import { cluster, config, configMap, endingCluster, named } from "../test/cluster.ts";
import plugin from "./index.ts";

const service = (spec: object, metadata = {}, within = "team-new") => {
  const object = named("v1", "Service", "web", within, { spec });
  return { ...object, metadata: { ...object.metadata, ...metadata } };
};
const pod = (within: string, spec = {}) => named("v1", "Pod", "p", within, { spec });

const notReady = (why: string, within = "team-new") => ({
  message: `the quota of namespace "${within}" is not ready yet, try again (${why})`,
  reason: "TooManyRequests",
  code: 429,
});
const none = notReady("there is no ResourceQuota yet");
const onItsWayOut = { deletionTimestamp: "2026-11-23T00:00:00Z" };
const ports = [{ port: 80 }];
const inTeam = (spec: object, metadata = {}) => service(spec, metadata, "team-a");
const ending = notReady("the namespace is ending", "team-a");

PluginTester.run("namespace-quota: the first writes", plugin, {
  config,
  cluster,
  allows: [
    { name: "in a namespace that is ready", request: creates(configMap("team-a")) },
    { name: "in one of no rule", request: creates(configMap("else")) },
    {
      name: "in one that is excluded",
      request: creates(configMap("kube-system")),
      config: { rules: [{ quota: { configmaps: 1 } }] },
    },
    { name: "what is built-in", request: creates(configMap("team-new", "kube-root-ca.crt")) },
    {
      name: "a Service whose labels change",
      request: updates(
        service({ type: "NodePort" }),
        service({ type: "NodePort" }, { labels: {} }),
      ),
    },
    {
      name: "a Service that is on its way out",
      request: updates(service({ a: 1 }, onItsWayOut), service({ a: 2 }, onItsWayOut)),
    },
    {
      name: "in a namespace that is ending, what asks for no more",
      cluster: endingCluster,
      request: updates(
        inTeam({ type: "LoadBalancer", ports }),
        inTeam({ type: "ClusterIP", ports }),
      ),
    },
    { name: "where a LimitRange is there", request: creates(pod("limited")) },
    {
      name: "where a LimitRange has no say",
      request: creates(configMap("limited")),
      config: { rules: [...config.rules, { match: { names: ["x"] }, quota: { configmaps: 1 } }] },
    },
  ],
  denies: [
    { name: "before there is a quota", request: creates(configMap("team-new")), ...none },
    {
      name: "by an administrator, whom it counts as well",
      request: creates(configMap("team-new"), { user: "root", groups: ["system:masters"] }),
      ...none,
    },
    {
      name: "by a generated name",
      request: creates({
        ...configMap("team-new"),
        metadata: { generateName: "a-", namespace: "team-new" },
      }),
      ...none,
    },
    { name: "pods", request: creates(pod("team-new")), ...none },
    { name: "jobs", request: creates(named("batch/v1", "Job", "j", "team-new")), ...none },
    {
      name: "a pod that asks for more",
      request: updates(pod("team-new"), pod("team-new", { containers: [] }), {
        subResource: "resize",
      }),
      ...none,
    },
    {
      name: "a Service that becomes another type",
      request: updates(service({ type: "ClusterIP" }), service({ type: "NodePort" })),
      ...none,
    },
    {
      name: "in a namespace that is ending, a Service that becomes another type",
      cluster: endingCluster,
      request: updates(
        inTeam({ type: "ClusterIP", ports }),
        inTeam({ type: "LoadBalancer", ports }),
      ),
      ...ending,
    },
    {
      name: "the same of one that is on its way out, as a finalizer holds it",
      cluster: endingCluster,
      request: updates(
        inTeam({ type: "ClusterIP", ports }, onItsWayOut),
        inTeam({ type: "NodePort", ports }, onItsWayOut),
      ),
      ...ending,
    },
    {
      name: "before what is built-in is counted",
      request: creates(configMap("team-short")),
      ...notReady("what the system puts there is not counted yet: configmaps", "team-short"),
    },
    {
      name: "before there is a LimitRange",
      request: creates(pod("limited-not")),
      config: { rules: [{ ...config.rules[1], match: { names: ["limited-*"] } }] },
      ...notReady("there is no LimitRange yet", "limited-not"),
    },
    {
      name: "in a namespace that nobody knows",
      request: creates(configMap("team-unknown")),
      ...notReady("the namespace is not known yet", "team-unknown"),
    },
  ],
  rejectsConfig: [
    { config: {}, message: /"rules" is missing/, pointer: "" },
    { config: { rules: [] }, message: /fewer than 1/, pointer: "/rules" },
    {
      config: { rules: [{ quota: { pods: true } }] },
      message: /must be string/,
      pointer: "/rules/0/quota/pods",
    },
    {
      config: { rules: [{ match: { name: ["a"] }, quota: { pods: 1 } }] },
      message: /unknown key "name" \(did you mean "names"\?\)/,
      pointer: "/rules/0/match/name",
    },
    {
      config: { rules: config.rules, administrators: [{ kind: "Groups", name: "a" }] },
      message: /did you mean "Group"/,
      pointer: "/administrators/0/kind",
    },
    {
      config: { rules: config.rules, settleMilliseconds: -1 },
      message: "must be >= 0",
      pointer: "/settleMilliseconds",
    },
    { config: { rules: [{ quota: { pod: 1 } }] }, message: /\/rules\/0\/quota\/pod: .*"pods"/ },
  ],
});
