import { Environment } from "@marcbachmann/cel-js";
import type { MatchCondition } from "./gate.ts";
import type { Request } from "./request.ts";

/** `maybe`: it depends on what nobody knows here, such as the object's spec or who may do what. */
export type Answer = "yes" | "no" | "maybe";

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
});

/** Of the objects, what an example of a request has as real ones do. */
const KNOWN_OF_OBJECTS =
  /\b(?:object|oldObject)(?:\.metadata(?:\.(?:name|namespace|labels)\b|\s*\))|\s*[!=]= *null)/g;
const OF_OBJECTS = /\b(?:object|oldObject|namespaceObject|params|variables|authorizer)\b/;

/**
 * Whether all conditions hold: KEP-3716. One that is false decides, whatever becomes of the others; one that cannot
 * be told leaves it open.
 */
export function conditionsHold(conditions: readonly MatchCondition[], request: Request): Answer {
  let answer: Answer = "yes";
  for (const { expression } of conditions) {
    const held = holds(expression, request);
    if (held === "no") return "no";
    if (held === "maybe") answer = "maybe";
  }
  return answer;
}

function holds(expression: string, request: Request): Answer {
  const { operation, group, version, resource, subresource, namespace, name } = request;
  // The resource's kind is left out: what asks for it cannot be told.
  const metadata = {
    name,
    ...(namespace !== "" && { namespace }),
    ...(request.labels !== undefined && { labels: request.labels }),
  };
  const object = request.labels === undefined ? {} : { metadata };
  const variables = {
    request: {
      operation,
      resource: { group, version, resource },
      requestResource: { group, version, resource },
      subResource: subresource,
      requestSubResource: subresource,
      namespace: group === "" && resource === "namespaces" ? name : namespace,
      name,
      dryRun: false,
      userInfo: { username: request.username, groups: request.groups },
    },
    object: operation === "DELETE" ? null : object,
    oldObject: operation === "UPDATE" || operation === "DELETE" ? object : null,
  };
  if (OF_OBJECTS.test(expression.replaceAll(KNOWN_OF_OBJECTS, ""))) return "maybe";
  try {
    const result: unknown = environment.evaluate(expression, variables);
    return result === true ? "yes" : result === false ? "no" : "maybe";
  } catch {
    return "maybe";
  }
}
