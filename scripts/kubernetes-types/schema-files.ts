import { docComment } from "./doc-comment.ts";
import type { GroupVersionKind, Schema } from "./openapi.ts";
import { sentAsNull } from "./sent-as-null.ts";

/** Where a schema's type lives: `io.k8s.api.core.v1.Pod` is `Pod` in `core/v1`. */
export interface TypeName {
  /** Path without extension, named like Kubernetes' Go packages: `core/v1`, `rbac/v1`. */
  module: string;
  name: string;
}

// Schemas that say less than their JSON is, or that are one word of TypeScript.
const inline: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "Record<string, unknown>",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "string",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "unknown",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "unknown",
};
const aliases: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "string | number",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "string | number",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray":
    "JSONSchemaProps | JSONSchemaProps[]",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool":
    "JSONSchemaProps | boolean",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray":
    "JSONSchemaProps | string[]",
};

/** Types that no schema describes, written by hand beside the generated file of their module. */
export const handWritten: Readonly<Record<string, { file: string; names: readonly string[] }>> = {
  "core/v1": {
    file: "connect-options",
    names: [
      "NodeProxyOptions",
      "PodAttachOptions",
      "PodExecOptions",
      "PodPortForwardOptions",
      "PodProxyOptions",
      "ServiceProxyOptions",
    ],
  },
  "meta/v1": { file: "write-options", names: ["CreateOptions", "UpdateOptions"] },
};

/** Splits a schema's name. */
export function typeName(schemaName: string): TypeName {
  const parts = schemaName.split(".");
  const name = parts.at(-1) ?? "";
  // Quantity and IntOrString have packages without a version.
  if (schemaName in aliases && !/\.v\d/.test(schemaName)) return { module: "meta/v1", name };
  return { module: parts.slice(-3, -1).join("/"), name };
}

/** Writes the files of all types that `roots` need, by path without extension. */
export function schemaFiles(
  schemas: ReadonlyMap<string, Schema>,
  roots: Iterable<string>,
): Map<string, string> {
  const reached = new Set<string>(roots);
  const modules = new Map<string, Map<string, { text: string; uses: TypeName[] }>>();
  for (const schemaName of reached) {
    const schema = schemas.get(schemaName);
    if (schema === undefined) throw new Error(`${schemaName} is not in the OpenAPI`);
    const { module, name } = typeName(schemaName);
    const uses: TypeName[] = [];
    const reference = (target: string): string => {
      const inlined = inline[target];
      if (inlined !== undefined) return inlined;
      reached.add(target);
      uses.push(typeName(target));
      return typeName(target).name;
    };
    const types = modules.get(module) ?? new Map<string, { text: string; uses: TypeName[] }>();
    modules.set(
      module,
      types.set(name, { text: declaration(schemaName, schema, reference), uses }),
    );
  }
  for (const module of Object.keys(handWritten)) {
    if (!modules.has(module)) modules.set(module, new Map());
  }
  return new Map([...modules].map(([module, types]) => [module, moduleText(module, types)]));
}

function moduleText(
  module: string,
  types: ReadonlyMap<string, { text: string; uses: readonly TypeName[] }>,
): string {
  const imports = new Map<string, Set<string>>();
  for (const use of [...types.values()].flatMap(({ uses }) => uses)) {
    if (use.module === module) continue;
    imports.set(use.module, (imports.get(use.module) ?? new Set()).add(use.name));
  }
  const written = handWritten[module];
  return [
    ...[...imports.keys()].toSorted().map((from) => {
      const names = [...(imports.get(from) ?? [])].toSorted();
      return `import type { ${names.join(", ")} } from "../${from}.ts";\n`;
    }),
    written === undefined ? "" : `export type * from "./${written.file}.ts";\n`,
    "\n",
    [...types.keys()]
      .toSorted()
      .map((name) => types.get(name)?.text)
      .join("\n"),
  ].join("");
}

type Reference = (schemaName: string) => string;

function declaration(schemaName: string, schema: Schema, reference: Reference): string {
  const { module, name } = typeName(schemaName);
  const doc = docComment(schema.description);
  const alias = aliases[schemaName];
  if (alias !== undefined) {
    if (alias.includes("JSONSchemaProps")) reference(schemaName.replace(/PropsOr\w+$/, "Props"));
    return `${doc}export type ${name} = ${alias};\n`;
  }
  const kind = kindOf(module, schema);
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).toSorted(byPlace);
  const fields = properties.map(([field, value]) => {
    const literal = kind && literalOf(field, kind);
    if (literal !== undefined) return `  ${field}: ${literal};\n`;
    const always = required.has(field) || alwaysSent(field, value);
    const type = typeOf(value, reference);
    const nullable = mayBeNull(`${module} ${name}`, field, value, required.has(field));
    const key = /^[A-Za-z_$][\w$]*$/.test(field) ? field : JSON.stringify(field);
    const mark = always ? "" : "?";
    const suffix = nullable && type !== "unknown" ? " | null" : "";
    return `${docComment(value.description, "  ")}  ${key}${mark}: ${type}${suffix};\n`;
  });
  return `${doc}export interface ${name} {\n${fields.join("")}}\n`;
}

// As people write them; the OpenAPI has the alphabet's order.
function byPlace([a]: readonly [string, Schema], [b]: readonly [string, Schema]): number {
  const first = ["metadata", "kind", "apiVersion"];
  return first.indexOf(b) - first.indexOf(a);
}

// Several kinds: DeleteOptions, which every group has as its own.
function kindOf(module: string, schema: Schema): GroupVersionKind | undefined {
  const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
  return module === "meta/v1" || kinds.length > 1 ? undefined : kinds[0];
}

function literalOf(field: string, { group, version, kind }: GroupVersionKind): string | undefined {
  if (field === "kind") return JSON.stringify(kind);
  if (field !== "apiVersion") return undefined;
  return JSON.stringify(group === "" ? version : `${group}/${version}`);
}

// Only a Go struct has the default {}, and encoding/json never omits a struct. Other such fields
// (status, a container's resources) stay optional, for those who write objects.
function alwaysSent(field: string, value: Schema): boolean {
  return ["metadata", "spec", "template"].includes(field) && isEmptyObject(value.default);
}

function mayBeNull(type: string, field: string, value: Schema, required: boolean): boolean {
  const [target = ""] = (value.allOf ?? []).map(({ $ref = "" }) => $ref.split(".").at(-1));
  if (target === "Time" || target === "MicroTime") return field !== "deletionTimestamp";
  if (sentAsNull[type.replace(/\/\S+/, "")]?.includes(field) === true) return true;
  if (!required || value.default !== undefined) return false;
  const isPointer = target !== "" && target !== "Quantity" && target !== "IntOrString";
  return value.type === "array" || value.type === "object" || isPointer;
}

function isEmptyObject(value: unknown): boolean {
  return JSON.stringify(value) === "{}";
}

function typeOf(schema: Schema, reference: Reference): string {
  const $ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if ($ref !== undefined) return reference($ref.replace("#/components/schemas/", ""));
  if (schema.enum !== undefined) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.type === "integer") return "number";
  if (schema.type === "array") {
    const item = typeOf(schema.items ?? {}, reference);
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === "object") {
    const value = schema.additionalProperties;
    return `Record<string, ${value === undefined ? "unknown" : typeOf(value, reference)}>`;
  }
  return schema.type ?? "unknown";
}
