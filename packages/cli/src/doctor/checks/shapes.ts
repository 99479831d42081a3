import type { Check, Hit, Patient } from "../check.ts";
import { whereIn } from "../gate.ts";
import { at, isMapping, textOf } from "../tolerant.ts";

const CONFIGURATIONS = new Set(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);

/** Fields of a webhook that are lists. */
const LISTS = ["rules", "matchConditions", "admissionReviewVersions"];

/** Pointers to what is another thing than a list, or a webhook, would be. */
function* misshapen(object: unknown): Iterable<{ pointer: string; what: string }> {
  const webhooks = at(object, "webhooks");
  // Nothing at all is a configuration without webhooks, which the API server takes.
  if (webhooks === undefined || webhooks === null) return;
  if (!Array.isArray(webhooks)) {
    yield { pointer: "/webhooks", what: "webhooks is no list" };
    return;
  }
  for (const [index, webhook] of webhooks.entries()) {
    const pointer = `/webhooks/${index}`;
    if (!isMapping(webhook)) {
      yield { pointer, what: `webhooks[${index}] is no webhook` };
      continue;
    }
    for (const field of LISTS) {
      const value = webhook[field];
      if (value === undefined || value === null || Array.isArray(value)) continue;
      yield { pointer: `${pointer}/${field}`, what: `webhooks[${index}].${field} is no list` };
    }
  }
}

/** What cannot be judged for being something else; every other check takes it for not written. */
export const shapeChecks: readonly Check[] = [
  {
    id: "GWD708-no-list",
    severity: "error",
    title: "something else where a list, or a webhook, belongs",
    why: "The API server refuses such an object, and nothing of it is judged here.",
    source:
      "kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1/",
    fix: `webhooks:
  - name: pods.example.com
    rules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE]
        resources: [pods]`,
    *find({ snapshot }: Patient): Iterable<Hit> {
      for (const placed of snapshot.objects) {
        const kind = textOf(at(placed.object, "kind")) ?? "";
        if (!CONFIGURATIONS.has(kind)) continue;
        const name = `${kind}/${textOf(at(placed.object, "metadata", "name")) ?? ""}`;
        for (const { pointer, what } of misshapen(placed.object)) {
          yield { where: whereIn(placed, name, pointer), what: `of ${name}, ${what}` };
        }
      }
    },
  },
];
