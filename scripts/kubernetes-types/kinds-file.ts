import type { ApiResource, ApiResourceList, Schema, ServedApi } from "./openapi.ts";
import { handWritten, type TypeName, typeName } from "./schema-files.ts";

/** A resource that can be written or connected to. */
interface Served extends TypeName {
  /** As in `Kinds`: `v1/pods/eviction`. */
  key: string;
  operations: readonly string[];
}

export interface KindsFile {
  /** The text of `kinds.ts`. */
  text: string;
  /** The schemas that it names. */
  schemaNames: ReadonlySet<string>;
}

const WRITES = ["CREATE", "UPDATE", "DELETE"];

/** Writes the map from resources to types, from what discovery says. */
export function kindsFile({ schemas, resourceLists }: ServedApi): KindsFile {
  const schemaOf = indexByKind(schemas);
  const schemaNames = new Set<string>();
  const served: Served[] = [];
  for (const list of resourceLists) {
    for (const resource of list.resources) {
      const kind = kindKey(list, resource);
      const byHand = handWrittenKind(kind);
      const operations = byHand === undefined ? operationsOf(resource) : ["CONNECT"];
      if (operations.length === 0) continue;
      const schemaName = schemaOf.get(kind);
      if (schemaName !== undefined) schemaNames.add(schemaName);
      const type = byHand ?? (schemaName === undefined ? undefined : typeName(schemaName));
      if (type === undefined) throw new Error(`no type for ${kind} of ${resource.name}`);
      served.push({ ...type, key: `${list.groupVersion}/${resource.name}`, operations });
    }
  }
  return { text: kindsText(served), schemaNames };
}

function kindsText(served: readonly Served[]): string {
  const modules = [...new Set(served.map(({ module }) => module))].toSorted();
  const restricted = served.filter(({ operations }) => operations.join() !== WRITES.join());
  return [
    ...modules.map((module) => `import type * as ${namespace(module)} from "./${module}.ts";\n`),
    "\n/**\n * Which resource has which type: what admission gets as `object`. The key is the resource's\n",
    " * `apiVersion`, a slash, and the resource as a rule names it. Open to declaration merging.\n *\n",
    ' * @example\n * declare module "@gatewright/core" {\n *   interface Kinds {\n',
    ' *     "example.com/v1/widgets": Widget;\n *   }\n * }\n */\nexport interface Kinds {\n',
    ...served.map(({ key, module, name }) => `  "${key}": ${namespace(module)}.${name};\n`),
    "}\n\n/**\n * The operations that the API server knows for a resource, where they are not just CREATE, UPDATE\n",
    " * and DELETE: there is no DELETE of an Eviction, and an exec is always a CONNECT.\n */\n",
    "export interface ServedOperations {\n",
    ...restricted.map(({ key, operations }) => {
      return `  "${key}": ${operations.map((operation) => `"${operation}"`).join(" | ")};\n`;
    }),
    "}\n",
  ].join("");
}

function namespace(module: string): string {
  return module.replace("/", "_");
}

function operationsOf({ verbs }: ApiResource): string[] {
  return WRITES.filter((operation) => verbs.includes(operation.toLowerCase()));
}

function kindKey({ groupVersion }: ApiResourceList, resource: ApiResource): string {
  const { kind, group, version } = resource;
  if (version === undefined) return `${groupVersion}/${kind}`;
  return [group, version, kind].filter((part) => part !== undefined && part !== "").join("/");
}

// The options of a CONNECT are decoded from the query string: no schema describes them.
function handWrittenKind(kind: string): TypeName | undefined {
  const [apiVersion, name = ""] = kind.split("/");
  const isOptions = apiVersion === "v1" && handWritten["core/v1"]?.names.includes(name) === true;
  return isOptions ? { module: "core/v1", name } : undefined;
}

function indexByKind(schemas: ReadonlyMap<string, Schema>): Map<string, string> {
  const index = new Map<string, string>();
  for (const [schemaName, schema] of schemas) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      index.set([group, version, kind].filter((part) => part !== "").join("/"), schemaName);
    }
  }
  return index;
}
