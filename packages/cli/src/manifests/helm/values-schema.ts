import type { Installation } from "../installation.ts";
import { reservedAnnotations, reservedLabels } from "./chart-values.ts";

const strings = { type: "object", additionalProperties: { type: "string" } } as const;
const names = { type: "array", items: { type: "string", minLength: 1 } } as const;

/** A map of strings that may not have what the templates set themselves. */
function but(reserved: readonly string[]): object {
  return { ...strings, propertyNames: { not: { enum: reserved } } };
}

// As API servers read them (apimachinery's resource.Quantity), less exponents, which the templates do not.
const quantity = {
  anyOf: [
    { type: "integer", minimum: 0 },
    { type: "string", pattern: "^[0-9]+(\\.[0-9]+)?(m|k|[KMGT]i|[MGT])?$" },
  ],
} as const;
const quantities = { type: "object", additionalProperties: quantity } as const;

const toleration = {
  type: "object",
  additionalProperties: false,
  properties: {
    key: { type: "string" },
    operator: { enum: ["Exists", "Equal", "Lt", "Gt"] },
    value: { type: "string" },
    effect: { enum: ["NoSchedule", "PreferNoSchedule", "NoExecute"] },
    tolerationSeconds: { type: "integer" },
  },
} as const;

/** `values.schema.json`, by which Helm refuses values before it renders anything. */
export function valuesSchema(installation: Pick<Installation, "name" | "metricsPort">): object {
  const object = (properties: object, required: readonly string[] = []) => ({
    type: "object",
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties,
  });
  const properties = {
    image: { type: "string", pattern: "^\\S+$" },
    imagePullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
    imagePullSecrets: names,
    replicas: { type: "integer", minimum: 1 },
    resources: object({
      requests: quantities,
      limits: quantities,
      claims: { type: "array", items: { type: "object" } },
    }),
    priorityClassName: { type: "string" },
    nodeSelector: strings,
    tolerations: { type: "array", items: toleration },
    affinity: object({
      nodeAffinity: { type: "object" },
      podAffinity: { type: "object" },
      podAntiAffinity: { type: "object" },
    }),
    podLabels: but(reservedLabels(installation)),
    podAnnotations: but(reservedAnnotations),
    serviceMonitor: object(
      {
        // Without metrics there is nothing to scrape, and no template.
        enabled: installation.metricsPort === undefined ? { const: false } : { type: "boolean" },
        labels: but(reservedLabels(installation)),
      },
      ["enabled"],
    ),
    networkPolicy: object(
      {
        enabled: { type: "boolean" },
        apiServer: { type: "array", items: { type: "string", pattern: "^[0-9a-fA-F.:]+/[0-9]+$" } },
        egress: { type: "array", items: { type: "object" } },
      },
      ["enabled"],
    ),
    createNamespace: { type: "boolean" },
    config: { type: "string" },
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    additionalProperties: false,
    required: Object.keys(properties),
    properties: {
      ...properties,
      // What Helm hands to a chart that another one depends on.
      global: { type: "object" },
    },
  };
}
