import type { Check, Hit } from "../check.ts";
import { titleOf, whereOf } from "../gate.ts";
import { refusals } from "../outage.ts";
import type { Scenario } from "../scenario.ts";
import {
  certificatesSigned,
  kubeSystemPods,
  leasesRenew,
  nodesRegister,
  reviewsAnswered,
  tokensIssued,
} from "../scenarios.ts";
import { coversResource } from "../would-call.ts";
import { GOOD_PRACTICES } from "./lock-outs.ts";

/** What a cluster does not come back without. */
const essentials: readonly Scenario[] = [
  kubeSystemPods,
  nodesRegister,
  leasesRenew,
  certificatesSigned,
  tokensIssued,
  reviewsAnswered,
];

/** Webhooks for whatever there is. */
export const wildcardChecks: readonly Check[] = [
  {
    id: "GWD220-wildcard",
    severity: "warning",
    title: "a rule for everything, under Fail",
    why: "A rule for all resources of all groups is one for Leases, EndpointSlices and every custom resource that somebody will install: what it stops, nobody has thought through.",
    source: GOOD_PRACTICES,
    fix: `rules:
  - apiGroups: ["", apps]
    apiVersions: ["*"]
    operations: [CREATE, UPDATE]
    resources: [pods, deployments]`,
    *find(patient): Iterable<Hit> {
      for (const webhook of patient.webhooks) {
        const rule = webhook.rules.find(
          ({ groups, resources }) => groups.includes("*") && coversResource(resources, "*", ""),
        );
        if (rule === undefined || webhook.failurePolicy === "Ignore") continue;
        const vital = essentials.flatMap((each) => each.requests(patient));
        const isBounded = refusals([webhook], vital, patient).length === 0;
        yield {
          where: whereOf(webhook, rule.pointer),
          what: `${titleOf(webhook)} is asked about everything, and refuses it while it does not answer`,
          // What a cluster needs was left out.
          severity: isBounded ? "info" : "warning",
        };
      }
    },
  },
];
