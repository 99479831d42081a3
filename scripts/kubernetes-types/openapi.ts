/** The part of OpenAPI v3 that kube-apiserver uses for its objects. */
export interface Schema {
  description?: string;
  type?: "array" | "boolean" | "integer" | "number" | "object" | "string";
  enum?: readonly string[];
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  allOf?: readonly Schema[];
  $ref?: string;
  "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** One line of `/api/v1` or `/apis/<group>/<version>`: `metav1.APIResource`. */
export interface ApiResource {
  /** `pods` or `pods/eviction`. */
  name: string;
  kind: string;
  verbs: readonly string[];
  namespaced?: boolean;
  /** Set where `kind` belongs to another group and version than the list. */
  group?: string;
  version?: string;
}

export interface ApiResourceList {
  /** `v1` or `apps/v1`. */
  groupVersion: string;
  resources: readonly ApiResource[];
}

/** What a kube-apiserver says about the objects that it serves. */
export interface ServedApi {
  /** `v1.36.3`. */
  gitVersion: string;
  /** By name, such as `io.k8s.api.core.v1.Pod`. */
  schemas: ReadonlyMap<string, Schema>;
  resourceLists: readonly ApiResourceList[];
}

/** Reads a path of the API server, as JSON. */
export type ReadPath = (path: string) => Promise<unknown>;

/** Asks a kube-apiserver for every group and version that it serves. */
export async function readServedApi(read: ReadPath): Promise<ServedApi> {
  const { gitVersion } = (await read("/version")) as { gitVersion: string };
  const { paths } = (await read("/openapi/v3")) as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const schemas = new Map<string, Schema>();
  const resourceLists: ApiResourceList[] = [];
  const served = Object.entries(paths).filter(([path]) => /^(api|apis\/[^/]+)\/v[^/]+$/.test(path));
  for (const [path, { serverRelativeURL }] of served.toSorted(byName)) {
    const document = (await read(serverRelativeURL)) as {
      components?: { schemas?: Record<string, Schema> };
    };
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      addSchema(schemas, name, schema);
    }
    resourceLists.push((await read(`/${path}`)) as ApiResourceList);
  }
  return { gitVersion, schemas, resourceLists };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function addSchema(schemas: Map<string, Schema>, name: string, schema: Schema): void {
  const known = schemas.get(name);
  if (known === undefined) {
    schemas.set(name, schema);
  } else if (withoutKinds(known) !== withoutKinds(schema)) {
    throw new Error(`${name} has two shapes, in two groups: one file for both would be wrong`);
  }
}

// DeleteOptions and WatchEvent list only the kinds of the group that they are asked in.
function withoutKinds(schema: Schema): string {
  return JSON.stringify({ ...schema, "x-kubernetes-group-version-kind": undefined });
}
