/** A resource's parts, as URLs and RBAC have them. */
export interface ResourceParts {
  /** `""` is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural and lower case: `pods`. */
  readonly resource: string;
  /** Such as `status`; undefined for the resource itself. */
  readonly subresource: string | undefined;
}

const VERSION = /^v[1-9]\d*(?:(?:alpha|beta)[1-9]\d*)?$/;
const GROUP = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
const RESOURCE = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;

/**
 * The parts of a resource's name in `Kinds`: `v1/pods`, `apps/v1/deployments`, `v1/namespaces/status`.
 * Undefined where it is none.
 */
export function parseResourceKey(key: string): ResourceParts | undefined {
  const parts = key.split("/");
  const [first = ""] = parts;
  // A group could be called as a version is, but none is: it is a domain name, or "apps".
  const group = VERSION.test(first) ? "" : (parts.shift() ?? "");
  const [version = "", resource = "", subresource, ...more] = parts;
  if ((group !== "" || first === "") && !GROUP.test(group)) return undefined;
  if (!VERSION.test(version) || !RESOURCE.test(resource) || more.length > 0) return undefined;
  if (subresource !== undefined && !RESOURCE.test(subresource)) return undefined;
  return { group, version, resource, subresource };
}
