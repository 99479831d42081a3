import { randomUUID } from "node:crypto";
import type { ControlPlane } from "./control-plane.ts";
import type { WebhookEntry } from "./webhook-registration.ts";

export type Phase = WebhookEntry["phase"];

/**
 * The questions are dry-run creations of an IngressClass: it has no namespace, no defaults, and
 * hardly a webhook. They carry this label, and names that begin like this.
 */
const label = "probe.gatewright.dev";
const namePrefix = "gatewright-probe-";
const group = "networking.k8s.io";
const resource = "ingressclasses";

/**
 * The extra entry of a configuration that shows when that very generation of it is in effect: it
 * refuses the question that carries its phase and token, and nothing else.
 *
 * No server is asked. The match condition reads a key that no IngressClass has, which is an error,
 * and under `failurePolicy: Fail` an error refuses the request with the text of the expression in
 * the message, before any webhook is called
 * (apiserver/pkg/admission/plugin/webhook/generic/webhook.go, `ShouldCall`).
 */
export function probeEntry(phase: Phase, token: string): object {
  return {
    name: `${phase}.${label}`,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Fail",
    clientConfig: { url: "https://127.0.0.1:1/" },
    rules: [
      {
        apiGroups: [group],
        apiVersions: ["v1"],
        resources: [resource],
        operations: ["CREATE"],
        scope: "Cluster",
      },
    ],
    objectSelector: { matchLabels: { [label]: `${phase}.${token}` } },
    matchConditions: [{ name: "probe", expression: `object.gatewrightProbe == '${token}'` }],
  };
}

/**
 * Keeps the questions away from a webhook under test, by a match condition more; the many whose
 * rules do not reach IngressClasses stay as they are.
 */
export function withoutProbes(entry: WebhookEntry): WebhookEntry {
  const reached = entry.rules.some(
    ({ apiGroups, resources }) =>
      ["*", group].some((name) => apiGroups.includes(name)) &&
      ["*", "*/*", resource].some((name) => resources.includes(name)),
  );
  if (!reached) return entry;
  const other = `request.resource.resource != '${resource}'`;
  const expression = `${other} || !request.name.startsWith('${namePrefix}')`;
  const matchConditions = [...(entry.matchConditions ?? []), { name: label, expression }];
  return { ...entry, matchConditions };
}

/**
 * Asks whether the probe entry of this phase and token is in effect.
 *
 * @returns true where it refused, false where nothing did, undefined where somebody else did, which
 *   says nothing; and the answer for an error message
 */
export async function probe(
  plane: Pick<ControlPlane, "request">,
  phase: Phase,
  token: string,
): Promise<{ inEffect: boolean | undefined; answer: string }> {
  const { status, text, body } = await plane.request(`/apis/${group}/v1/${resource}?dryRun=All`, {
    body: {
      apiVersion: `${group}/v1`,
      kind: "IngressClass",
      metadata: { name: `${namePrefix}${randomUUID()}`, labels: { [label]: `${phase}.${token}` } },
      spec: { controller: `${label}/probe` },
    },
  });
  const message: string = body?.message ?? "";
  const inEffect = message.includes(token) ? true : status === 201 ? false : undefined;
  return { inEffect, answer: `${status} ${message || text}` };
}
