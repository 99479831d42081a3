import type { Check, Hit } from "../check.ts";
import { type Gate, titleOf, whereIn, whereOf } from "../gate.ts";
import { at, fieldsOf, listOf, textOf, textsOf } from "../tolerant.ts";

const VALIDATION = "kubernetes/pkg/apis/admissionregistration/validation/validation.go";

const segment = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

function isQualified(name: string): boolean {
  const segments = name.split(".");
  return segments.length >= 3 && name.length <= 253 && segments.every((part) => segment.test(part));
}

/** What API servers of one version take, and others do not. */
export const versionChecks: readonly Check[] = [
  {
    id: "GWD701-review-versions",
    severity: "error",
    title: "no version of AdmissionReview that API servers speak",
    why: "The API server sends the first of admissionReviewVersions that it knows: v1 or v1beta1. The latter is deprecated, and goes one day.",
    source:
      "kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#webhook-request-and-response",
    fix: "admissionReviewVersions: [v1]",
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const versions = textsOf(webhook.fields["admissionReviewVersions"]);
        if (versions.includes("v1")) continue;
        const said =
          versions.length === 0
            ? "does not say which versions it speaks"
            : `speaks ${versions.join(", ")}, and not v1`;
        yield {
          where: whereOf(webhook, "/admissionReviewVersions"),
          what: `${titleOf(webhook)} ${said}`,
          ...(versions.includes("v1beta1") && { severity: "warning" as const }),
        };
      }
    },
  },
  {
    id: "GWD702-conditions-not-known",
    severity: "error",
    title: "match conditions that the API server does not know",
    why: "matchConditions are on by default since 1.28 and for good since 1.30. An older API server drops the field without a word: the webhook is called for everything.",
    source: "KEP-3716, Admission Webhook Match Conditions",
    fix: "# the same by rules and namespaceSelector, until the control plane is 1.28 or newer",
    *find({ gates, minor }): Iterable<Hit> {
      if (minor === undefined || minor >= 28) return;
      for (const gate of gates) {
        if (gate.matchConditions.length === 0) continue;
        yield {
          where: whereOf(gate, "/matchConditions"),
          what: `${titleOf(gate)} has match conditions, and the cluster is 1.${minor}`,
        };
      }
    },
  },
  {
    id: "GWD703-duplicate-names",
    severity: "error",
    title: "two webhooks of one name",
    why: "Names are unique within a configuration, or it is refused. Denials and metrics name the webhook alone: those of two configurations cannot be told apart.",
    source: VALIDATION,
    fix: "name: pods.example.com\n# and\nname: services.example.com",
    *find({ webhooks }): Iterable<Hit> {
      const byName = Map.groupBy(webhooks, ({ kind, name }) => `${kind} ${name}`);
      for (const same of byName.values()) {
        for (const [index, webhook] of same.entries()) {
          const before = same
            .slice(0, index)
            .find((other) => other.configuration === webhook.configuration);
          const other = before ?? same[0];
          if (index === 0 || other === undefined) continue;
          yield {
            where: whereOf(webhook, "/name"),
            what: `${titleOf(webhook)} has the name of a webhook in ${other.configuration}`,
            severity: before === undefined ? "info" : "error",
          };
        }
      }
    },
  },
  {
    id: "GWD704-name",
    severity: "error",
    title: "a name that the API server refuses",
    why: "A webhook's name is a domain name of three segments at least.",
    source: VALIDATION,
    fix: "name: pods.example.com",
    *find({ webhooks }): Iterable<Hit> {
      for (const webhook of webhooks) {
        if (isQualified(webhook.name)) continue;
        yield {
          where: whereOf(webhook, "/name"),
          what: `${titleOf(webhook)} has the name "${webhook.name}"`,
        };
      }
    },
  },
  {
    id: "GWD705-api-version",
    severity: "error",
    title: "an API version that was removed",
    why: "admissionregistration.k8s.io/v1beta1 is not served for webhook configurations since 1.22.",
    source: "kubernetes.io/docs/reference/using-api/deprecation-guide/#webhook-resources-v122",
    fix: "apiVersion: admissionregistration.k8s.io/v1\n# with sideEffects and admissionReviewVersions, which v1 asks for",
    *find({ snapshot }): Iterable<Hit> {
      for (const placed of snapshot.objects) {
        const { apiVersion, kind } = fieldsOf(placed.object);
        const version = /^admissionregistration\.k8s\.io\/(v.*)$/.exec(
          textOf(apiVersion) ?? "",
        )?.[1];
        if (
          version === undefined ||
          version === "v1" ||
          !String(kind).endsWith("WebhookConfiguration")
        )
          continue;
        const name = textOf(at(placed.object, "metadata", "name")) ?? "";
        yield {
          where: whereIn(placed, `${String(kind)}/${name}`, "/apiVersion"),
          what: `${String(kind)}/${name} is of ${String(apiVersion)}`,
        };
      }
    },
  },
  {
    id: "GWD706-many-conditions",
    severity: "warning",
    title: "very many match conditions",
    why: "All are evaluated for each request that matches otherwise, within a budget; more than 64 are refused.",
    source: `KEP-3716; ${VALIDATION}`,
    fix: `matchConditions:
  - name: not-excluded
    expression: '!(request.resource.resource in ["leases", "nodes", "events"])'`,
    *find({ gates }): Iterable<Hit> {
      for (const gate of gates) {
        const count = gate.matchConditions.length;
        if (count <= 32) continue;
        yield {
          where: whereOf(gate, "/matchConditions"),
          what: `${titleOf(gate)} has ${count} match conditions`,
          severity: count > 64 ? "error" : "warning",
        };
      }
    },
  },
  {
    id: "GWD707-nothing-matched",
    severity: "error",
    title: "a rule, or a webhook, that matches nothing",
    why: "A rule needs groups, versions, resources and operations; one without is refused, and a webhook without rules is never asked.",
    source: VALIDATION,
    fix: `rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]`,
    *find({ gates }): Iterable<Hit> {
      for (const gate of gates) {
        if (gate.rules.length === 0 && hasNoRules(gate)) {
          yield { where: whereOf(gate, "/rules"), what: `${titleOf(gate)} has no rules` };
        }
        for (const { groups, versions, resources, operations, pointer } of gate.rules) {
          const parts = { apiGroups: groups, apiVersions: versions, resources, operations };
          const missing = Object.entries(parts).flatMap(([key, of]) =>
            of.length === 0 ? [key] : [],
          );
          if (missing.length === 0) continue;
          yield {
            where: whereOf(gate, pointer),
            what: `a rule of ${titleOf(gate)} has no ${missing.join(", ")}`,
          };
        }
      }
    },
  },
];

/** A policy may be about all resources in other ways. */
function hasNoRules({ client, fields }: Gate): boolean {
  return client !== undefined && listOf(fields["rules"]).length === 0;
}
