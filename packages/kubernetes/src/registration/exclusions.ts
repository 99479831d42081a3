import type { Included, LabelSelector, MatchCondition, Rule } from "@gatewright/core";
import { type ReachedResource, reaches, reachesByName } from "./rule-reach.ts";

/** Whose requests a webhook is not called for. */
export interface Surroundings {
  /** Where the server lives. */
  readonly namespace: string;
  /** What the installation's ClusterRole, ClusterRoleBinding and PriorityClass are called. */
  readonly clusterRole: string;
}

/** What is excluded by a match condition of its own, unless `include` names it. */
interface Exclusion {
  /** As `include` has it. */
  readonly name: Included;
  readonly resources: readonly ReachedResource[];
}

// What the API server, its nodes and whoever repairs them cannot do without while no replica answers.
const EXCLUSIONS: readonly Exclusion[] = [
  {
    name: "nodes",
    resources: [
      { group: "", resource: "nodes", scope: "Cluster" },
      { group: "storage.k8s.io", resource: "csinodes", scope: "Cluster" },
    ],
  },
  {
    name: "certificatesigningrequests",
    resources: [
      { group: "certificates.k8s.io", resource: "certificatesigningrequests", scope: "Cluster" },
    ],
  },
  {
    name: "leases",
    resources: [{ group: "coordination.k8s.io", resource: "leases", scope: "Namespaced" }],
  },
  {
    // TokenReview, SubjectAccessReview and their like: kubelets and aggregated API servers ask them for each call.
    name: "reviews",
    resources: [
      { group: "authentication.k8s.io", resource: "*" },
      { group: "authorization.k8s.io", resource: "*" },
    ],
  },
];

const RBAC = "rbac.authorization.k8s.io";
const OWN: readonly ReachedResource[] = [
  { group: RBAC, resource: "clusterroles", scope: "Cluster" },
  { group: RBAC, resource: "clusterrolebindings", scope: "Cluster" },
  { group: "scheduling.k8s.io", resource: "priorityclasses", scope: "Cluster" },
];

// What keeps running pods alive and reachable: their status, their tokens, which last for an hour, and what is told of
// them. Which of them are its own, the Node authorizer and NodeRestriction know. Absent fields may not be read.
const NOT_KUBELETS =
  '!(has(request.userInfo.groups) && "system:nodes" in request.userInfo.groups && ' +
  '(request.resource.resource == "events" || has(request.subResource) && ' +
  '(request.resource.resource + "/" + request.subResource) in ["pods/status", "serviceaccounts/token"]))';

const SYSTEM = ["kube-system", "kube-node-lease"];
const NAMESPACES: ReachedResource = { group: "", resource: "namespaces", scope: "Cluster" };

/**
 * The operator's namespaceSelector, and the own namespace and the system's left out of it by the label that the API server
 * sets on each namespace (pkg/apis/core/v1/defaults.go).
 *
 * Not where rules reach namespaces themselves, whose labels are those that are sent: one that is to be made by
 * `generateName` has no name yet when mutating webhooks are chosen, so its label may say anything, and would be a way
 * around them. There a match condition does it.
 */
export function excludingSelector(
  rules: readonly Rule[],
  given: LabelSelector | undefined,
  include: readonly Included[],
  surroundings: Surroundings,
): LabelSelector {
  const values = excludedNamespaces(include, surroundings);
  if (values.length === 0 || rules.some((rule) => reaches(rule, NAMESPACES))) return given ?? {};
  const others = { key: "kubernetes.io/metadata.name", operator: "NotIn", values } as const;
  return { ...given, matchExpressions: [...(given?.matchExpressions ?? []), others] };
}

function excludedNamespaces(include: readonly Included[], { namespace }: Surroundings): string[] {
  const own = include.includes("own-namespace") ? [] : [namespace];
  const system = include.includes("kube-system") ? [] : SYSTEM;
  return [...new Set([...own, ...system])];
}

/**
 * What is left out by match conditions: only what the rules can reach at all, so that most webhooks have none. The
 * operator's own come after.
 */
export function excludingConditions(
  rules: readonly Rule[],
  given: readonly MatchCondition[],
  include: readonly Included[],
  surroundings: Surroundings,
): MatchCondition[] {
  const { clusterRole } = surroundings;
  const reached = (resources: readonly ReachedResource[]) =>
    resources.filter((one) => rules.some((rule) => reaches(rule, one)));
  const conditions: MatchCondition[] = [];
  const namespaces = excludedNamespaces(include, surroundings);
  if (namespaces.length > 0 && reached([NAMESPACES]).length > 0) {
    // Of a namespace it is its own name, and absent where it has none yet, or where there is no namespace.
    const isIn = `request.namespace in [${namespaces.map(quoted).join(", ")}]`;
    conditions.push({
      name: "gatewright-not-system-namespaces",
      expression: `!(has(request.namespace) && ${isIn})`,
    });
  }
  for (const { name, resources } of EXCLUSIONS) {
    const of = reached(resources);
    if (of.length === 0 || include.includes(name)) continue;
    conditions.push({ name: `gatewright-not-${name}`, expression: `!(${anyOf(of)})` });
  }
  if (!include.includes("nodes") && rules.some(reachesKubelets)) {
    conditions.push({ name: "gatewright-not-kubelets", expression: NOT_KUBELETS });
  }
  const own = reached(OWN);
  if (own.length > 0) {
    // `request.name` is absent where an object is made by `generateName`, and to read it would be an error then.
    const isOwn = `has(request.name) && request.name == ${quoted(clusterRole)}`;
    conditions.push({
      name: "gatewright-not-itself",
      expression: `!(${isOwn} && (${anyOf(own)}))`,
    });
  }
  // By way of Services and their IPAddresses it writes what has no namespace, on behalf of what has.
  if (rules.some((rule) => reachesWithoutNamespace(rule))) {
    conditions.push({
      name: "gatewright-not-apiserver",
      expression: 'request.userInfo.username != "system:apiserver"',
    });
  }
  return [...conditions, ...given];
}

/**
 * What the rules name, and the webhook is not called for all the same: `nodes`, and so on. Whoever wrote such rules
 * wants to hear of it.
 */
export function excludedByName(rules: readonly Rule[], include: readonly Included[]): Included[] {
  return EXCLUSIONS.filter(
    ({ name, resources }) =>
      !include.includes(name) &&
      resources.some((one) => rules.some((rule) => reachesByName(rule, one))),
  ).map(({ name }) => name);
}

/** By wildcards: a plugin that names a pod's status wants to see it. */
function reachesKubelets({ apiGroups, resources, scope = "*" }: Rule): boolean {
  if (scope === "Cluster") return false;
  if (!["", "*", "events.k8s.io"].some((group) => apiGroups.includes(group))) return false;
  const written = ["*", "*/*", "pods/*", "*/status", "serviceaccounts/*", "*/token"];
  return resources.some((one) => written.includes(one));
}

/** By wildcards: a resource that is named is excluded above, or is what the plugin is about. */
function reachesWithoutNamespace({ resources, scope = "*" }: Rule): boolean {
  return scope !== "Namespaced" && resources.some((one) => one.startsWith("*"));
}

function anyOf(resources: readonly ReachedResource[]): string {
  return resources
    .map(({ group, resource }) => {
      const inGroup = `request.resource.group == ${quoted(group)}`;
      if (resource === "*") return inGroup;
      return `${inGroup} && request.resource.resource == ${quoted(resource)}`;
    })
    .join(" || ");
}

/** A CEL string: JSON's escapes are among CEL's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
