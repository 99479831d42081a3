import { ruleFor } from "../coverage.ts";
import type { Check, Hit, Patient } from "../check.ts";
import { authorityOf, judges, titleOf, whereOf } from "../gate.ts";
import { requestFor, requestText } from "../request.ts";

const REINVOCATION =
  "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy";

/** Objects that several mutators commonly change. */
const written = ["v1/pods", "apps/v1/deployments", "v1/namespaces", "v1/services"].map((resource) =>
  requestFor(resource),
);

const mutatorsOf = ({ webhooks }: Patient) => webhooks.filter((webhook) => !judges(webhook));

/** What comes of several webhooks, one after another, and of dry runs. */
export const orderChecks: readonly Check[] = [
  {
    id: "GWD301-not-reinvoked",
    severity: "warning",
    title: "a mutator that never sees what later ones add",
    why: "Mutators are called one after another by the names of their configurations. One that comes before another and is not called again does not see the containers, volumes and labels that the other adds.",
    source: REINVOCATION,
    fix: "reinvocationPolicy: IfNeeded",
    *find(patient): Iterable<Hit> {
      const pods = requestFor("v1/pods");
      const mutators = mutatorsOf(patient).filter((webhook) => ruleFor([webhook], pods, patient));
      for (const [index, webhook] of mutators.entries()) {
        if (webhook.reinvocationPolicy === "IfNeeded") continue;
        const later = mutators
          .slice(index + 1)
          .find((other) => authorityOf(other) !== authorityOf(webhook));
        if (later === undefined) continue;
        yield {
          where: whereOf(webhook, "/reinvocationPolicy"),
          what: `${titleOf(webhook)} changes pods, and is not called again after ${titleOf(later)}`,
        };
      }
    },
  },
  {
    id: "GWD302-order-by-name",
    severity: "info",
    title: "an order that names alone decide",
    why: "Mutators of several configurations are called in the order of the configurations' names: a new one, or one that is renamed, changes what the others see.",
    source: "apiserver/pkg/admission/configuration/mutating_webhook_manager.go",
    fix: `metadata:
  name: 10-defaults   # before 20-sidecars
reinvocationPolicy: IfNeeded`,
    *find(patient): Iterable<Hit> {
      const told = new Set<string>();
      for (const request of written) {
        const mutators = mutatorsOf(patient).filter((webhook) =>
          ruleFor([webhook], request, patient),
        );
        const names = [...new Set(mutators.map(({ configuration }) => configuration))];
        const [first] = mutators;
        const isOneServer = new Set(mutators.map(authorityOf)).size < 2;
        if (first === undefined || isOneServer || told.has(names.join())) continue;
        told.add(names.join());
        yield {
          where: whereOf(first, "/rules"),
          what: `${requestText(request)} goes through ${names.join(", then ")}`,
        };
      }
    },
  },
  {
    id: "GWD303-side-effects",
    severity: "error",
    title: "side effects that rule out dry runs",
    why: "Registrations of admissionregistration.k8s.io/v1 are refused unless sideEffects is None or NoneOnDryRun; with Some or Unknown, which older ones may have, every dry run that matches fails.",
    source:
      "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects",
    fix: "sideEffects: None   # NoneOnDryRun where it writes something elsewhere, and not on a dry run",
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const written = webhook.fields["sideEffects"];
        if (written === "None" || written === "NoneOnDryRun") continue;
        const said =
          typeof written === "string"
            ? `has sideEffects ${written}`
            : "does not say its sideEffects";
        yield { where: whereOf(webhook, "/sideEffects"), what: `${titleOf(webhook)} ${said}` };
      }
    },
  },
  {
    id: "GWD304-mutates-deletion",
    severity: "warning",
    title: "a mutator of deletions or connections",
    why: "There is nothing to change in a DELETE or CONNECT: a patch fails the request, whatever failurePolicy says, and without one the call is in vain.",
    source: "apiserver/pkg/admission/plugin/webhook/mutating/dispatcher.go",
    fix: "operations: [CREATE, UPDATE]",
    *find(patient): Iterable<Hit> {
      for (const webhook of mutatorsOf(patient)) {
        const rule = webhook.rules.find(({ operations }) =>
          operations.some((operation) => ["DELETE", "CONNECT", "*"].includes(operation)),
        );
        if (rule === undefined) continue;
        yield {
          where: whereOf(webhook, `${rule.pointer}/operations`),
          what: `${titleOf(webhook)} is called for ${rule.operations.join(", ")}`,
        };
      }
    },
  },
];
