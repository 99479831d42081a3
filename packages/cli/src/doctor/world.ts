import { builtinResources, isBuiltinGroup, type ServedResource } from "./builtin-resources.ts";
import { type Labels, selectorOf, selects } from "./label-selector.ts";
import type { PlacedObject, Snapshot } from "./snapshot.ts";
import { at, fieldsOf, labelsOf, listOf, numberOf, textOf } from "./tolerant.ts";

/** The label that the API server itself keeps on every namespace (KEP-2161). */
export const NAME_LABEL = "kubernetes.io/metadata.name";

/** An object with a name, as it was read. */
export interface Named {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly placed: PlacedObject;
  readonly object: Readonly<Record<string, unknown>>;
}

/** What makes pods. */
export interface Workload extends Named {
  /** Of its pods. */
  readonly labels: Labels;
  /** Of its pods, as it is written. */
  readonly podSpec: unknown;
  /** 1 where a Deployment says nothing; undefined for a DaemonSet, which has one for each node. */
  readonly replicas: number | undefined;
}

const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"];

/** What surrounds the gates: services, those who serve, namespaces, and which resources there are. */
export interface World {
  readonly complete: boolean;
  get(kind: string, namespace: string, name: string): Named | undefined;
  all(kind: string): readonly Named[];
  /** Whether all Services of a namespace are known: online, and of files where they have anything there. */
  knows(namespace: string): boolean;
  /** Kinds of which nothing is known. */
  readonly unread: ReadonlySet<string>;
  workloads: readonly Workload[];
  /** Whose pods a Service selects. */
  behind(service: Named): readonly Workload[];
  /** Addresses that are ready; undefined where that is not known. */
  readyAddresses(service: Named): readonly string[] | undefined;
  /** Labels of a namespace; one that is not known has its name's label alone. */
  namespaceLabels(name: string): Labels;
  /** Resources of a group and plural; undefined where the group is not known. */
  resource(group: string, resource: string): ServedResource | "none" | undefined;
}

export function createWorld({ objects, complete, unread = new Set() }: Snapshot): World {
  const named = objects.flatMap((placed): Named[] => {
    const object = fieldsOf(placed.object);
    const [kind, name] = [textOf(object["kind"]), textOf(at(object, "metadata", "name"))];
    if (kind === undefined || name === undefined) return [];
    const namespace = textOf(at(object, "metadata", "namespace")) ?? "";
    return [{ kind, namespace, name, placed, object }];
  });
  const byKind = Map.groupBy(named, ({ kind }) => kind);
  const byName = new Map(
    named.map((item) => [`${item.kind} ${item.namespace}/${item.name}`, item]),
  );
  const namespaces = new Set(
    named
      .filter(({ kind }) => kind === "Service" || workloadKinds.includes(kind))
      .map((item) => item.namespace),
  );
  const all = (kind: string) => byKind.get(kind) ?? [];
  const workloads = workloadKinds.flatMap((kind) => all(kind).map(workloadOf));
  const custom = customResources(all("CustomResourceDefinition"));
  const namespaceLabels = new Map<string, Labels>();
  const served = new Map(
    [...custom, ...builtinResources].map((one) => [`${one.group}/${one.resource}`, one]),
  );
  return {
    complete,
    get: (kind, namespace, name) => byName.get(`${kind} ${namespace}/${name}`),
    all,
    knows: (namespace) => !unread.has("Service") && (complete || namespaces.has(namespace)),
    unread,
    workloads,
    behind(service) {
      const selector = labelsOf(at(service.object, "spec", "selector"));
      const requirements = selectorOf({ matchLabels: selector });
      if (requirements.length === 0) return [];
      return workloads.filter(
        ({ namespace, labels }) => namespace === service.namespace && selects(requirements, labels),
      );
    },
    readyAddresses(service) {
      if (!complete || unread.has("EndpointSlice")) return undefined;
      const slices = all("EndpointSlice").filter(
        ({ namespace, object }) =>
          namespace === service.namespace &&
          at(object, "metadata", "labels", "kubernetes.io/service-name") === service.name,
      );
      return slices.flatMap(({ object }) =>
        listOf(object["endpoints"])
          .filter((endpoint) => at(endpoint, "conditions", "ready") !== false)
          .flatMap((endpoint) => listOf(at(endpoint, "addresses")))
          .filter((address) => typeof address === "string"),
      );
    },
    namespaceLabels(name) {
      let labels = namespaceLabels.get(name);
      if (labels === undefined) {
        const namespace = byName.get(`Namespace /${name}`)?.object;
        labels = { ...labelsOf(at(namespace, "metadata", "labels")), [NAME_LABEL]: name };
        namespaceLabels.set(name, labels);
      }
      return labels;
    },
    resource(group, resource) {
      const found = served.get(`${group}/${resource}`);
      if (found !== undefined) return found;
      // Of a group that is somebody's own, files hold as much as they like.
      return isBuiltinGroup(group) ? "none" : undefined;
    },
  };
}

function workloadOf(item: Named): Workload {
  const pod = item.kind === "Pod" ? item.object : at(item.object, "spec", "template");
  const replicas = numberOf(at(item.object, "spec", "replicas")) ?? 1;
  return {
    ...item,
    labels: labelsOf(at(pod, "metadata", "labels")),
    podSpec: at(pod, "spec"),
    replicas: item.kind === "DaemonSet" ? undefined : replicas,
  };
}

function customResources(definitions: readonly Named[]): ServedResource[] {
  return definitions.map(({ object }) => {
    const spec = fieldsOf(object["spec"]);
    const versions = listOf(spec["versions"]).filter((version) => at(version, "served") === true);
    return {
      group: textOf(spec["group"]) ?? "",
      resource: textOf(at(spec, "names", "plural")) ?? "",
      versions: versions.flatMap((version) => textOf(at(version, "name")) ?? []),
      namespaced: spec["scope"] === "Namespaced",
      subresources: [
        ...new Set(
          versions.flatMap((version) => Object.keys(fieldsOf(at(version, "subresources")))),
        ),
      ],
    };
  });
}
