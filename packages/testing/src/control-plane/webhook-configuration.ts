import type { WebhookEntry, WebhookRegistration } from "./webhook-registration.ts";
import { type Phase, probeEntry, withoutProbes } from "./webhook-probe.ts";

/** As much of an object as writing it takes. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** Which registration a configuration stands for: `unregister` leaves those of others alone. */
export const registrationAnnotation = "gatewright.dev/registration";

/** Path of the configurations of one phase. */
export function configurationsPath(phase: Phase): string {
  const kind = phase === "mutate" ? "mutating" : "validating";
  return `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
}

/**
 * The configuration of one phase, with the entry that shows when it is in effect.
 *
 * @param token unique to this registration
 * @returns undefined where no webhook is of this phase
 */
export function webhookConfiguration(
  phase: Phase,
  name: string,
  token: string,
  registration: WebhookRegistration,
): KubernetesObject | undefined {
  const entries = registration.webhooks.filter((webhook) => webhook.phase === phase);
  if (entries.length === 0) return undefined;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: phase === "mutate" ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration",
    metadata: { name, annotations: { [registrationAnnotation]: token } },
    webhooks: [
      probeEntry(phase, token),
      ...entries.map((entry) => webhook(withoutProbes(entry), registration)),
    ],
  };
}

function webhook(entry: WebhookEntry, { clientConfig, caBundle }: WebhookRegistration): object {
  const { phase, ...declared } = entry;
  const path = `/${phase}/${entry.name}`;
  const { url, service } = clientConfig;
  return {
    failurePolicy: "Fail",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    ...declared,
    clientConfig: {
      caBundle: Buffer.from(caBundle).toString("base64"),
      ...(url === undefined
        ? { service: { ...service, path } }
        : { url: `${url.replace(/\/+$/, "")}${path}` }),
    },
  };
}
