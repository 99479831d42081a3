import { ClusterError, type KubernetesObject, parseResourceKey } from "@gatewright/core";

/** Which objects, as a URL says it. */
export interface Place {
  namespace?: string | undefined;
  name?: string | undefined;
}

/**
 * The path of a resource in the API server's URL: of all objects, of a namespace's, or of one.
 *
 * @throws ClusterError where the key, the namespace or the name cannot stand in a path. An empty name
 *   above all: its path would be that of the whole collection, and a DELETE would take all of it.
 */
export function resourcePath(resource: string, { namespace, name }: Place): string {
  const parts = parseResourceKey(resource);
  if (parts === undefined) {
    throw new ClusterError(
      `"${resource}" names no resource: expected "v1/pods", "apps/v1/deployments" or "v1/pods/status"`,
      { status: 404, reason: "NotFound" },
    );
  }
  const { group, version, resource: plural, subresource } = parts;
  const segments = group === "" ? ["api", version] : ["apis", group, version];
  if (namespace !== undefined)
    segments.push("namespaces", segment(resource, namespace, "namespace"));
  segments.push(plural);
  if (name !== undefined) segments.push(segment(resource, name, "name"));
  if (subresource !== undefined) segments.push(subresource);
  return `/${segments.join("/")}`;
}

/** The path of the object itself, where it is put. */
export function objectPath(resource: string, { metadata }: KubernetesObject): string {
  // A missing name is refused like an empty one.
  return resourcePath(resource, {
    namespace: metadata?.namespace || undefined,
    name: metadata?.name ?? "",
  });
}

/** The path where the object is created: a subresource belongs to the object of its name. */
export function creationPath(resource: string, object: KubernetesObject): string {
  if (parseResourceKey(resource)?.subresource !== undefined) return objectPath(resource, object);
  return resourcePath(resource, { namespace: object.metadata?.namespace || undefined });
}

/** What would be another path: an encoded slash is decoded before a path is taken apart. */
function segment(resource: string, text: unknown, what: string): string {
  if (typeof text === "string" && text !== "" && !/^\.\.?$|\//.test(text)) {
    return encodeURIComponent(text);
  }
  throw new ClusterError(
    `${resource}: ${JSON.stringify(text)} cannot be the ${what} of an object`,
    {
      status: 400,
      reason: "BadRequest",
    },
  );
}
