import { type Patient, patientOf } from "./check.ts";
import { titleOf, type Webhook } from "./gate.ts";
import type { Answer } from "./match-conditions.ts";
import { type Request, requestText } from "./request.ts";
import type { Scenario } from "./scenario.ts";
import { scenariosOf } from "./scenarios.ts";
import type { Snapshot } from "./snapshot.ts";
import { wouldCall } from "./would-call.ts";

/** Who keeps a request from being made. */
export interface Block {
  /** `webhook pods.example.com (ValidatingWebhookConfiguration/pods)`. */
  readonly by: string;
  /** `CREATE pods`, and where: what it refuses, or might. */
  readonly requests: readonly string[];
}

/** One line of what would still work. */
export interface OutageRow {
  readonly id: string;
  readonly title: string;
  /** `maybe` where match conditions go by what is not known here. */
  readonly works: Answer;
  readonly blockedBy: readonly Block[];
}

/** A webhook that refuses what it is not there for, and what it refuses. */
export interface Refusal {
  readonly webhook: Webhook;
  readonly refused: readonly Request[];
  /** Refused for sure, of all: `maybe` where none is. */
  readonly certainty: "yes" | "maybe";
}

/** Which webhooks stand in the way of requests while nothing answers them: those with failurePolicy Fail. */
export function refusals(
  webhooks: readonly Webhook[],
  requests: readonly Request[],
  { world }: Patient,
): Refusal[] {
  return webhooks.flatMap((webhook) => {
    if (webhook.failurePolicy === "Ignore") return [];
    const asked = requests.map((request) => wouldCall(webhook, request, world));
    const refused = requests.filter((_, index) => asked[index] !== "no");
    if (refused.length === 0) return [];
    return [{ webhook, refused, certainty: asked.includes("yes") ? "yes" : "maybe" }];
  });
}

function rowOf({ id, title, requests }: Scenario, patient: Patient): OutageRow {
  const blocks = refusals(patient.webhooks, requests(patient), patient);
  const works = blocks.some(({ certainty }) => certainty === "yes")
    ? "no"
    : blocks.length > 0
      ? "maybe"
      : "yes";
  return {
    id,
    title,
    works,
    blockedBy: blocks.map(({ webhook, refused }) => ({
      by: titleOf(webhook),
      requests: [...new Set(refused.map(placedText))],
    })),
  };
}

/** `CREATE pods in kube-system`. */
export function placedText(request: Request): string {
  return request.namespace === ""
    ? requestText(request)
    : `${requestText(request)} in ${request.namespace}`;
}

/**
 * What would still work if nothing answered any webhook: every replica of every server down at once. Namespaces that
 * are not known have no labels but their name.
 */
export function outage(snapshot: Snapshot): OutageRow[] {
  const patient = patientOf(snapshot);
  return scenariosOf(patient).map((scenario) => rowOf(scenario, patient));
}
