import type { Gate, GateRule } from "./gate.ts";
import { selects } from "./label-selector.ts";
import { type Answer, conditionsHold } from "./match-conditions.ts";
import type { Request } from "./request.ts";
import type { World } from "./world.ts";

/** Kinds that never reach a webhook (`apiserver/pkg/admission/plugin/webhook/generic/webhook.go`, ShouldCallHook). */
const EXEMPT = /^(?:validating|mutating)(?:webhookconfigurations|admissionpolic(?:ies|ybindings))$/;

/** Resources of one kind of object under two names; Equivalent takes one for the other. */
const twins: readonly (readonly [string, string])[] = [["/events", "events.k8s.io/events"]];

/**
 * Whether the API server asks a gate about a request, by rules, namespaceSelector, objectSelector and matchConditions. A namespace that is not known has no labels but its name.
 */
export function wouldCall(gate: Gate, request: Request, world: World): Answer {
  if (request.group === "admissionregistration.k8s.io" && EXEMPT.test(request.resource))
    return "no";
  // Which of them is asked first makes no difference; this one is cheap, and says no most often.
  if (!gate.rules.some((rule) => covers(rule, request, world, gate.matchPolicy))) return "no";
  const labels = namespaceLabels(request, world);
  if (labels !== undefined && !selects(gate.namespaceSelector, labels)) return "no";
  if (gate.objectSelector.length > 0) {
    // Not even `NotIn` selects what has no metadata (predicates/object/matcher.go).
    if (request.labels === undefined || !selects(gate.objectSelector, request.labels)) return "no";
  }
  return conditionsHold(gate.matchConditions, request);
}

/** Labels for the namespaceSelector; undefined for what has no namespace, which every selector lets through. */
function namespaceLabels(request: Request, world: World) {
  if (request.group === "" && request.resource === "namespaces") {
    // Of a CREATE or UPDATE its own labels, as they come in (predicates/namespace/matcher.go).
    return request.subresource === "" && request.operation !== "DELETE"
      ? { ...world.namespaceLabels(request.name), ...request.labels }
      : world.namespaceLabels(request.name);
  }
  return request.namespace === "" ? undefined : world.namespaceLabels(request.namespace);
}

/** Whether a rule is for a request, `Equivalent` considered. */
export function covers(
  rule: GateRule,
  request: Request,
  world: World,
  matchPolicy: string,
): boolean {
  if (!has(rule.operations, request.operation)) return false;
  if (!inScope(rule.scope, request)) return false;
  const exact = (group: string, resource: string, versions: readonly string[]) =>
    has(rule.groups, group) &&
    versions.some((version) => has(rule.versions, version)) &&
    coversResource(rule.resources, resource, request.subresource);
  if (exact(request.group, request.resource, [request.version])) return true;
  if (matchPolicy === "Exact") return false;
  if (rule.versions.includes("*") && rule.groups.includes("*")) return false;
  const served = world.resource(request.group, request.resource);
  const versions = served === undefined || served === "none" ? [] : served.versions;
  if (exact(request.group, request.resource, versions)) return true;
  const own = `${request.group}/${request.resource}`;
  return twins.some((pair) => {
    const other = pair[0] === own ? pair[1] : pair[1] === own ? pair[0] : undefined;
    if (other === undefined) return false;
    const [group = "", resource = ""] = other.split("/");
    return exact(group, resource, ["v1"]);
  });
}

/** Whether patterns such as `pods`, `pods/*`, `*`+`/status` and `*` cover a resource or one of its subresources. */
export function coversResource(
  patterns: readonly string[],
  resource: string,
  subresource: string,
): boolean {
  return patterns.some((pattern) => {
    const [wanted = "", wantedSub = ""] = pattern.split("/");
    return (
      (wanted === "*" || wanted === resource) && (wantedSub === "*" || wantedSub === subresource)
    );
  });
}

function has(values: readonly string[], value: string): boolean {
  return values.includes("*") || values.includes(value);
}

function inScope(scope: string, { namespace }: Request): boolean {
  if (scope === "*") return true;
  return scope === (namespace === "" ? "Cluster" : "Namespaced");
}
