import type { Check, Hit, Patient } from "../check.ts";
import { type Gate, judges, titleOf, whereOf } from "../gate.ts";
import { missingField } from "../match-conditions.ts";
import { type Request, requestFor, requestText } from "../request.ts";
import { covers } from "../would-call.ts";
import type { World } from "../world.ts";

/** Requests of each kind that there is: with and without namespace, name and subresource. */
const examples: readonly Request[] = [
  "v1/pods",
  "v1/pods/status",
  "v1/configmaps",
  "v1/secrets",
  "v1/services",
  "apps/v1/deployments",
  "v1/nodes",
  "v1/namespaces",
  "rbac.authorization.k8s.io/v1/clusterroles",
].flatMap((resource) => [
  requestFor(resource),
  requestFor(resource, { operation: "UPDATE" }),
  requestFor(resource, { operation: "DELETE" }),
  requestFor(resource, { operation: "DELETE", name: "" }),
]);

/** Those that a gate is asked about. Of a name that is generated, mutating webhooks see nothing. */
function exampleRequests(gate: Gate, world: World): Request[] {
  const generated = judges(gate)
    ? []
    : ["v1/pods", "v1/configmaps"].map((resource) => requestFor(resource, { name: "" }));
  return [...examples, ...generated].filter((request) =>
    gate.rules.some((rule) => covers(rule, request, world, gate.matchPolicy)),
  );
}

function describe(request: Request): string {
  const isOfMany = request.name === "" && request.operation === "DELETE";
  return isOfMany ? `${requestText(request)} of a collection` : requestText(request);
}

/** Conditions that users switch off, or that fail by themselves. */
export const conditionChecks: readonly Check[] = [
  {
    id: "GWD114-condition-by-labels",
    severity: "info",
    title: "a match condition by labels or annotations that users set",
    why: "What the object says of itself decides whether it is judged: whoever writes it switches the webhook off.",
    source: "KEP-3716, Admission Webhook Match Conditions",
    fix: `matchConditions:
  - name: not-the-operator
    expression: request.userInfo.username != "system:serviceaccount:shop:operator"`,
    *find({ gates }: Patient): Iterable<Hit> {
      for (const gate of gates.filter(judges)) {
        for (const { name, expression, pointer } of gate.matchConditions) {
          if (!/(?<!\w)object\.\??metadata\.\??(?:labels|annotations)\b/.test(expression)) continue;
          yield {
            where: whereOf(gate, pointer),
            what: `the match condition ${name} of ${titleOf(gate)} asks the object itself`,
          };
        }
      }
    },
  },
  {
    id: "GWD115-condition-error",
    severity: "error",
    title: "a match condition that reads what a request does not have",
    why: "A field that is empty is not there: subResource of an object itself, namespace of what has none, name of each object in the deletion of a collection and of one with generateName. To read what is not there is an error, and with failurePolicy Fail the request is refused, though every replica answers.",
    source:
      "KEP-3716, Admission Webhook Match Conditions; k8s.io/api/admission/v1/types.go; apiserver/pkg/registry/generic/registry/store.go, DeleteCollection",
    fix: `matchConditions:
  - name: not-the-leader
    expression: '!(has(request.name) && request.name == "leader")'`,
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const gate of gates) {
        const requests = exampleRequests(gate, world);
        for (const { name, expression, pointer } of gate.matchConditions) {
          const found = requests.map((request) => ({
            request,
            field: missingField(expression, request),
          }));
          const first = found.find(({ field }) => field !== undefined);
          if (first === undefined) continue;
          yield {
            where: whereOf(gate, pointer),
            what: `the match condition ${name} of ${titleOf(gate)} reads request.${first.field}, which ${describe(first.request)} does not have`,
          };
        }
      }
    },
  },
];
