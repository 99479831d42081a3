/** What one key of a ResourceQuota's `hard` counts. */
export interface CountedResource {
  /** With its group: `pods`, `jobs.batch`. */
  readonly resource: string;
  /** Whether it counts objects, and not an amount that they ask for. */
  readonly isCount: boolean;
  /** Which UPDATEs can raise it: of the object itself (`""`), of a subresource, or none. */
  readonly updates: readonly string[];
}

/** Objects with a key of their own, beside `count/<resource>` (`pkg/quota/v1/evaluator/core`). */
const NAMED = [
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
];

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];

/** What pods ask for. `requests.` and `limits.` before `cpu` and its like; extended resources by `requests.` alone. */
const OF_PODS: readonly RegExp[] = [
  new RegExp(`^(requests\\.|limits\\.)?(${COMPUTE.join("|")})$`),
  /^(requests\.)?hugepages-[0-9]+(Ki|Mi|Gi)?$/,
  /^requests\.(?!([a-z0-9-]+\.)*kubernetes\.io\/)[a-z0-9][-a-z0-9.]*\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  /^requests\.deviceclass\.resource\.kubernetes\.io\/[a-z0-9][-a-z0-9.]*$/,
];

/** What PersistentVolumeClaims ask for, of all storage classes or of one. */
const OF_CLAIMS =
  /^(requests\.storage|[a-z0-9][-a-z0-9.]*\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims))$/;

const OF_DEVICES = /^[a-z0-9][-a-z0-9.]*\.deviceclass\.resource\.k8s\.io\/devices$/;

const OBJECTS = /^count\/([a-z0-9][-a-z0-9]*)(?:\.([a-z0-9][-a-z0-9.]*))?$/;

/** `count/pods.v1`: a ResourceQuota knows groups, and no versions. */
const VERSION = /^v[0-9]+((alpha|beta)[0-9]+)?$/;

/** Resources of the core group that can be counted, beside those with a name of their own. */
const CORE = [...NAMED, "serviceaccounts", "limitranges", "endpoints", "podtemplates"];

/** Where what people count lives: a `count/` without its group would count nothing, and not say so. */
const GROUPS: Readonly<Record<string, string>> = {
  controllerrevisions: "apps",
  cronjobs: "batch",
  daemonsets: "apps",
  deployments: "apps",
  endpointslices: "discovery.k8s.io",
  horizontalpodautoscalers: "autoscaling",
  ingresses: "networking.k8s.io",
  jobs: "batch",
  leases: "coordination.k8s.io",
  networkpolicies: "networking.k8s.io",
  poddisruptionbudgets: "policy",
  replicasets: "apps",
  resourceclaims: "resource.k8s.io",
  resourceclaimtemplates: "resource.k8s.io",
  rolebindings: "rbac.authorization.k8s.io",
  roles: "rbac.authorization.k8s.io",
  statefulsets: "apps",
};

/** What a key counts; undefined for one that counts nothing. */
export function countedBy(key: string): CountedResource | undefined {
  if (NAMED.includes(key)) return { resource: key, isCount: true, updates: [] };
  if (key === "services.nodeports" || key === "services.loadbalancers") {
    return { resource: "services", isCount: true, updates: [""] };
  }
  if (OF_PODS.some((pattern) => pattern.test(key))) {
    return { resource: "pods", isCount: false, updates: ["resize"] };
  }
  if (OF_CLAIMS.test(key)) {
    return { resource: "persistentvolumeclaims", isCount: false, updates: [""] };
  }
  if (OF_DEVICES.test(key)) {
    return { resource: "resourceclaims.resource.k8s.io", isCount: true, updates: [""] };
  }
  const [, resource, group] = OBJECTS.exec(key) ?? [];
  if (resource === undefined || isNeverCounted(resource, group)) return undefined;
  if (group !== undefined && VERSION.test(group)) return undefined;
  if (group === undefined && !CORE.includes(resource)) return undefined;
  const named = group === undefined ? resource : `${resource}.${group}`;
  return { resource: named, isCount: true, updates: [] };
}

/** Whether a key counts the objects of a resource, one for each: then the built-in ones are among them. */
export function countsObjectsOf(key: string, resource: string): boolean {
  return key === `count/${resource}` || (key === resource && NAMED.includes(resource));
}

/** Why a key counts nothing, and what to write instead. */
export function whyNotCounted(key: string): string {
  const bare = key.startsWith("count/") ? key.slice("count/".length) : key;
  const [name = "", ...rest] = bare.split(".");
  if (isNeverCounted(name, rest.join(".") || undefined)) {
    return `"${key}": events are never counted by a ResourceQuota`;
  }
  const group = Object.hasOwn(GROUPS, bare) ? GROUPS[bare] : undefined;
  const instead = advice(key, bare, group);
  return `"${key}" is no resource that a ResourceQuota counts: ${instead}`;
}

function advice(key: string, bare: string, group: string | undefined): string {
  if (group !== undefined) return `write "count/${bare}.${group}"`;
  const unversioned = bare.replace(/[./]v[0-9][a-z0-9]*$/, "");
  if (unversioned !== bare) {
    const without = `count/${unversioned}`;
    if (countedBy(without) !== undefined) return `write "${without}", without a version`;
    return advice(without, unversioned, GROUPS[unversioned]);
  }
  if (CORE.includes(bare)) return `write "count/${bare}"`;
  const lower = key.toLowerCase();
  if (lower !== key && countedBy(lower) !== undefined) return `write "${lower}"`;
  if (countedBy(`${key}s`) !== undefined) return `write "${key}s"`;
  const requested = `requests.${key.replace(/^limits\./, "")}`;
  if (!key.startsWith("count/") && countedBy(requested) !== undefined)
    return `write "${requested}"`;
  return (
    `there are ${NAMED.join(", ")}, services.nodeports, services.loadbalancers, ` +
    `${COMPUTE.join(", ")}, these after "requests." and "limits.", requests.storage, ` +
    'hugepages-2Mi, "requests.example.com/gpu", and "count/<resource>.<group>"'
  );
}

/** Events are left out by kube-apiserver (`pkg/quota/v1/install/registry.go`, DefaultIgnoredResources). */
function isNeverCounted(resource: string, group: string | undefined): boolean {
  return resource === "events" && (group === undefined || group === "events.k8s.io");
}
