import { createHash } from "node:crypto";

const FIELDS = [
  "name",
  "rules",
  "failurePolicy",
  "matchPolicy",
  "namespaceSelector",
  "objectSelector",
  "matchConditions",
  "sideEffects",
  "timeoutSeconds",
  "admissionReviewVersions",
  "reinvocationPolicy",
] as const;

interface Entry extends Readonly<Partial<Record<(typeof FIELDS)[number], unknown>>> {
  readonly clientConfig?: { readonly url?: string; readonly service?: unknown };
}

/**
 * What tells one content of both configurations from another, without the CA: a hash of the webhooks of each phase. It is the
 * same of what is to be written and of what the API server gives back of that.
 */
export function contentOf(phases: readonly (readonly Entry[])[]): string {
  const content = phases.map((webhooks) =>
    webhooks.map((webhook) => [
      webhook.clientConfig?.url,
      webhook.clientConfig?.service,
      ...FIELDS.map((field) => webhook[field]),
    ]),
  );
  return createHash("sha256").update(JSON.stringify(content, sorted)).digest("hex").slice(0, 16);
}

/** The API server has an order of its own. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
