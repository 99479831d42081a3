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

const programs = new Map<string, ReturnType<Environment["parse"]>>();

/** @throws where it is no CEL. */
function compiled(expression: string): ReturnType<Environment["parse"]> {
  let program = programs.get(expression);
  if (program === undefined) {
    program = environment.parse(expression);
    programs.set(expression, program);
  }
  return program;
}

/** Fields of a request that not every request has. */
const SOMETIMES = ["subResource", "requestSubResource", "namespace", "name"];

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

/**
 * The field of a request that an expression reads, and that such a request does not have: an error, whoever answers.
 * Undefined where there is none.
 */
export function missingField(expression: string, request: Request): string | undefined {
  try {
    compiled(expression)(variablesOf(request));
    return undefined;
  } catch (error) {
    const key = /^No such key: (\w+)/.exec(error instanceof Error ? error.message : "")?.[1];
    return key !== undefined && SOMETIMES.includes(key) && expression.includes(`request.${key}`)
      ? key
      : undefined;
  }
}

function holds(expression: string, request: Request): Answer {
  if (OF_OBJECTS.test(expression.replaceAll(KNOWN_OF_OBJECTS, ""))) return "maybe";
  try {
    const result: unknown = compiled(expression)(variablesOf(request));
    return result === true ? "yes" : result === false ? "no" : "maybe";
  } catch {
    return "maybe";
  }
}

/** What expressions see. Of a request, what is empty is not there (`omitempty` of `admission/v1`). */
function variablesOf(given: Request): Record<string, unknown> {
  const { operation, group, version, resource, subresource, name } = given;
  const namespace = group === "" && resource === "namespaces" ? name : given.namespace;
  const metadata = {
    name,
    ...(given.namespace !== "" && { namespace }),
    ...(given.labels !== undefined && { labels: given.labels }),
  };
  const object = given.labels === undefined ? {} : { metadata };
  return {
    // The resource's kind is left out: what asks for it cannot be told.
    request: {
      operation,
      resource: { group, version, resource },
      requestResource: { group, version, resource },
      ...(subresource !== "" && { subResource: subresource, requestSubResource: subresource }),
      ...(namespace !== "" && { namespace }),
      ...(name !== "" && { name }),
      dryRun: false,
      userInfo: { username: given.username, groups: given.groups },
    },
    object: operation === "DELETE" ? null : object,
    oldObject: operation === "UPDATE" || operation === "DELETE" ? object : null,
  };
}
