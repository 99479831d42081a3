import type { KubernetesObject } from "@gatewright/core";
import { creates, deletes, PluginTester, updates } from "@gatewright/testing";
import { cluster, config, configMap, hard, used } from "../test/cluster.ts";
import { limitRange, namespace, quota } from "../test/objects.ts";
import type { ConfigWritten } from "./config.ts";
import plugin from "./index.ts";

const kept = quota({ hard, used }) as KubernetesObject;
const more = { ...kept, spec: { hard: { ...hard, configmaps: "99" } } };
const bySystem = (serviceAccount: string) => ({ serviceAccount: `kube-system:${serviceAccount}` });
const ours = { user: "system:serviceaccount:gatewright-system:gatewright" };
const admin = { user: "root", groups: ["system:masters"] };
const other = { ...kept, metadata: { name: "other", namespace: "team-a" } };
const keptLimits = limitRange() as KubernetesObject;
const withLimits: ConfigWritten = {
  rules: [{ limitRange: { limits: [{ type: "Pod", max: { cpu: "1" } }] } }],
};
const is = (verb: string, kind = "ResourceQuota") =>
  `${kind} "gatewright-quota" of namespace "team-a" is kept by Gatewright as its configuration says: ` +
  `it can be ${verb} by administrators only`;

PluginTester.run("namespace-quota: what is kept", plugin, {
  config,
  cluster,
  allows: [
    ...[ours, admin].flatMap((who) => [
      { name: `created by ${who.user}`, request: creates(kept, who) },
      { name: `changed by ${who.user}`, request: updates(kept, more, who) },
      { name: `deleted by ${who.user}`, request: deletes(kept, who) },
    ]),
    {
      name: "changed by a user who is an administrator",
      request: updates(kept, more, { user: "carol" }),
      config: { ...config, administrators: [{ kind: "User", name: "carol" }] },
    },
    {
      name: "changed by an account that is an administrator",
      request: updates(kept, more, { serviceAccount: "ci:bot" }),
      config: {
        ...config,
        administrators: [{ kind: "ServiceAccount", namespace: "ci", name: "bot" }],
      },
    },
    ...["system:apiserver", "system:kube-controller-manager"].map((user) => ({
      name: `counted by ${user}`,
      request: updates(kept, more, { user, subResource: "status" }),
    })),
    {
      name: "counted by the quota controller",
      request: updates(kept, more, {
        ...bySystem("resourcequota-controller"),
        subResource: "status",
      }),
    },
    ...["namespace-controller", "generic-garbage-collector"].map((account) => ({
      name: `cleared away by ${account}`,
      request: deletes(kept, bySystem(account)),
    })),
    { name: "another quota, made", request: creates(other) },
    { name: "another quota, changed", request: updates(other, { ...other, spec: {} }) },
    { name: "another quota, deleted", request: deletes(other) },
    {
      name: "another's status",
      request: updates(other, { ...other, status: {} }, { subResource: "status" }),
    },
  ],
  denies: [
    {
      name: "made by a user",
      request: creates(kept),
      message:
        'ResourceQuota "gatewright-quota" of namespace "team-a": the name is Gatewright\'s own; choose another',
      reason: "Forbidden",
      code: 403,
    },
    { name: "changed", request: updates(kept, more), message: is("changed") },
    {
      name: "its labels changed",
      request: updates(kept, { ...kept, metadata: { ...kept.metadata, labels: {} } }),
      message: is("changed"),
    },
    {
      name: "its status changed",
      request: updates(kept, more, { subResource: "status" }),
      message: is("changed"),
    },
    { name: "deleted", request: deletes(kept), message: is("deleted") },
    {
      name: "deleted with all others, without its name",
      request: { ...deletes(kept), name: "" },
      message: is("deleted"),
    },
    ...[
      { user: "system:apiserver" },
      bySystem("resourcequota-controller"),
      bySystem("namespace-controller"),
    ].map((who) => ({
      name: `its spec, by ${JSON.stringify(who)}`,
      request: updates(kept, more, who),
      message: is("changed"),
    })),
    {
      name: "deleted by the quota controller",
      request: deletes(kept, bySystem("resourcequota-controller")),
      message: is("deleted"),
    },
    {
      name: "by an account of the same name in another namespace",
      request: deletes(kept, { serviceAccount: "team-a:namespace-controller" }),
      message: is("deleted"),
    },
    {
      name: "by one of all service accounts of kube-system",
      request: deletes(kept, bySystem("other")),
      message: is("deleted"),
    },
    {
      name: "by a user who is called as a group of administrators",
      request: deletes(kept, { user: "system:masters" }),
      message: is("deleted"),
    },
    {
      name: "a LimitRange",
      request: deletes(keptLimits),
      config: withLimits,
      message: is("deleted", "LimitRange"),
    },
    {
      name: "a LimitRange, changed",
      request: updates(keptLimits, { ...keptLimits, spec: { limits: [] } }),
      config: withLimits,
      message: is("changed", "LimitRange"),
    },
  ],
});

const root = configMap("team-a", "kube-root-ca.crt");
const systems =
  'configmaps "kube-root-ca.crt" of namespace "team-a" is the system\'s, and not counted against the ' +
  "namespace's quota: it can be deleted by administrators only";

PluginTester.run("namespace-quota: what the system has put there", plugin, {
  config,
  cluster,
  allows: [
    { name: "other objects are deleted", request: deletes(configMap("team-a")) },
    { name: "by an administrator", request: deletes(root, admin) },
    { name: "with its namespace", request: deletes(root, bySystem("namespace-controller")) },
    {
      name: "where no rule counts it",
      request: deletes(configMap("else", "kube-root-ca.crt")),
    },
    {
      name: "what is on its way out",
      request: deletes({
        ...root,
        metadata: { ...root.metadata, deletionTimestamp: "2026-11-23T00:00:00Z" },
      }),
    },
    {
      name: "in a namespace that is gone",
      request: deletes(configMap("team-gone", "kube-root-ca.crt")),
    },
  ],
  denies: [
    { name: "deleted by a user", request: deletes(root), message: systems, code: 403 },
    {
      name: "by the garbage collector, for a user gave it an owner",
      request: deletes(root, bySystem("generic-garbage-collector")),
      message: systems,
    },
    {
      name: "by all controllers' account, which may be the garbage collector",
      request: deletes(root, { user: "system:kube-controller-manager" }),
      message: systems,
    },
    {
      name: "deleted with all others, without its name",
      request: { ...deletes(root), name: "" },
      message: systems,
    },
  ],
});

const team = (labels: Record<string, string>, metadata = {}) =>
  namespace("team-a", { labels, ...metadata }) as KubernetesObject;
const byLabel: ConfigWritten = {
  rules: [
    { match: { labelSelector: "plan=small" }, quota: { pods: 1 } },
    { match: { labelSelector: "plan=large" }, quota: { pods: 9 } },
  ],
};
const otherRule = (change: string) =>
  `the quota of namespace "team-a" goes by its labels and annotations (${change}): they can be changed so ` +
  "by administrators only";

PluginTester.run("namespace-quota: by which rule", plugin, {
  config: byLabel,
  cluster,
  allows: [
    {
      name: "a label that says nothing",
      request: updates(team({ plan: "small" }), team({ plan: "small", a: "b" })),
    },
    {
      name: "by an administrator",
      request: updates(team({ plan: "small" }), team({ plan: "large" }), admin),
    },
    {
      name: "a namespace that is ending",
      request: updates(
        team({ plan: "small" }, { deletionTimestamp: "2026-11-23T00:00:00Z" }),
        team({}, { deletionTimestamp: "2026-11-23T00:00:00Z" }),
        { subResource: "finalize" },
      ),
    },
  ],
  denies: [
    {
      name: "a larger one",
      request: updates(team({ plan: "small" }), team({ plan: "large" })),
      message: otherRule("rule 0, then rule 1"),
    },
    ...["status", "finalize"].map((subResource) => ({
      name: `none, by namespaces/${subResource}`,
      request: updates(team({ plan: "small" }), team({}), { subResource }),
      message: otherRule("rule 0, then no rule"),
    })),
    {
      name: "a first one",
      request: updates(team({}), team({ plan: "large" })),
      message: otherRule("no rule, then rule 1"),
    },
  ],
});
