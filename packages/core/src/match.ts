import type { AdmissionRequest } from "./admission.ts";
import type { Rule } from "./rule-types.ts";

/**
 * Whether one of `rules` covers the request, as kube-apiserver decides it
 * (`apiserver/pkg/admission/plugin/webhook/predicates/rules/rules.go`).
 */
export function matches(rules: readonly Rule[], request: AdmissionRequest): boolean {
  return rules.some(
    (rule) =>
      includes(rule.operations, request.operation) &&
      includes(rule.apiGroups, request.resource.group) &&
      includes(rule.apiVersions, request.resource.version) &&
      coversResource(rule.resources, request.resource.resource, request.subResource ?? "") &&
      coversScope(rule.scope, request),
  );
}

function includes(values: readonly string[], value: string): boolean {
  return values.includes("*") || values.includes(value);
}

/** `pods` excludes subresources; `pods/*`, `*`+`/status` and `*`+`/*` are the wildcards there are. */
function coversResource(
  patterns: readonly string[],
  resource: string,
  subResource: string,
): boolean {
  return patterns.some((pattern) => {
    const slash = pattern.indexOf("/");
    const wantedResource = slash === -1 ? pattern : pattern.slice(0, slash);
    const wantedSubResource = slash === -1 ? "" : pattern.slice(slash + 1);
    return (
      (wantedResource === "*" || wantedResource === resource) &&
      (wantedSubResource === "*" || wantedSubResource === subResource)
    );
  });
}

function coversScope(scope: Rule["scope"], request: AdmissionRequest): boolean {
  if (scope === undefined || scope === "*") return true;
  // A Namespace has its own name as `namespace`, and is cluster-scoped all the same.
  const { group, resource } = request.resource;
  const namespaced =
    (request.namespace ?? "") !== "" && !(group === "" && resource === "namespaces");
  return scope === (namespaced ? "Namespaced" : "Cluster");
}

/** As many sets of a request's attributes as are remembered: more than any cluster has in use. */
const REMEMBERED = 2_000;

/**
 * Finds which of `candidates` a request is for, in their order, remembering the answer for each
 * combination of resource and operation: a hundred idle plugins cost what one look-up costs.
 */
export function createMatcher<T>(
  candidates: readonly T[],
  rulesOf: (candidate: T) => readonly Rule[],
): (request: AdmissionRequest) => readonly T[] {
  const remembered = new Map<string, readonly T[]>();
  return (request) => {
    const { group, version, resource } = request.resource;
    const namespaced = (request.namespace ?? "") === "" ? "" : "n";
    // Spaces cannot stand in any of these names.
    const key = `${request.operation} ${group} ${version} ${resource} ${request.subResource ?? ""} ${namespaced}`;
    let found = remembered.get(key);
    if (found === undefined) {
      found = candidates.filter((candidate) => matches(rulesOf(candidate), request));
      // Whoever can reach the port can make up resources: what is remembered has a bound.
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(key, found);
    }
    return found;
  };
}
