import type { Where } from "./finding.ts";
import { type Selector, selectorOf } from "./label-selector.ts";
import type { PlacedObject } from "./snapshot.ts";
import {
  at,
  fieldsOf,
  isMapping,
  labelsOf,
  listOf,
  numberOf,
  textOf,
  textsOf,
} from "./tolerant.ts";

/** `admissionregistration.k8s.io/v1` RuleWithOperations, and where it is written. */
export interface GateRule {
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: string;
  readonly pointer: string;
}

export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
  readonly pointer: string;
}

/** How a webhook is called. */
export interface Client {
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly url?: string;
  /** As it is written, in base64. */
  readonly caBundle?: string;
}

export type GateKind =
  | "MutatingWebhookConfiguration"
  | "ValidatingWebhookConfiguration"
  | "ValidatingAdmissionPolicy";

/** Whatever judges or changes requests: a webhook of a configuration, or a policy. */
export interface Gate {
  readonly kind: GateKind;
  readonly configuration: string;
  readonly name: string;
  /** Of the webhook, or of the policy's spec, within the object. */
  readonly pointer: string;
  readonly placed: PlacedObject;
  /** As it is written. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly rules: readonly GateRule[];
  /** Defaults are as the API server has them: Fail, Equivalent, 10 seconds, Never. */
  readonly failurePolicy: string;
  readonly matchPolicy: string;
  readonly timeoutSeconds: number;
  readonly reinvocationPolicy: string;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  readonly matchConditions: readonly MatchCondition[];
  /** None for a policy, which the API server runs itself. */
  readonly client: Client | undefined;
}

/** A gate that is a call to somewhere else, and can fail. */
export type Webhook = Gate & { readonly client: Client };

/** All gates, mutating ones first, each kind in the order in which the API server has them: by name. */
export function gatesOf(objects: readonly PlacedObject[]): Gate[] {
  const gates = objects.flatMap((placed): Gate[] => {
    const kind = textOf(at(placed.object, "kind"));
    const group = (textOf(at(placed.object, "apiVersion")) ?? "").split("/")[0];
    if (group !== "admissionregistration.k8s.io") return [];
    if (kind === "ValidatingAdmissionPolicy") return [policyOf(placed)];
    if (kind !== "MutatingWebhookConfiguration" && kind !== "ValidatingWebhookConfiguration") {
      return [];
    }
    return listOf(at(placed.object, "webhooks")).flatMap((webhook, index) =>
      isMapping(webhook) ? [webhookOf(placed, kind, webhook, `/webhooks/${index}`)] : [],
    );
  });
  // A stable sort: webhooks of one configuration stay in its order.
  return gates.toSorted((a, b) =>
    a.kind === b.kind ? order(a.configuration, b.configuration) : order(a.kind, b.kind),
  );
}

/** By bytes, as Go compares. */
function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function webhookOf(placed: PlacedObject, kind: GateKind, value: unknown, pointer: string): Gate {
  const fields = fieldsOf(value);
  return {
    ...commonOf(placed, kind, fields, pointer),
    name: textOf(fields["name"]) ?? "",
    rules: rulesOf(fields["rules"], `${pointer}/rules`),
    matchPolicy: textOf(fields["matchPolicy"]) ?? "Equivalent",
    namespaceSelector: selectorOf(fields["namespaceSelector"]),
    objectSelector: selectorOf(fields["objectSelector"]),
    client: clientOf(fields["clientConfig"]),
  };
}

function policyOf(placed: PlacedObject): Gate {
  const fields = fieldsOf(at(placed.object, "spec"));
  const constraints = fieldsOf(fields["matchConstraints"]);
  const pointer = "/spec";
  const common = commonOf(placed, "ValidatingAdmissionPolicy", fields, pointer);
  return {
    ...common,
    name: common.configuration,
    rules: rulesOf(constraints["resourceRules"], "/spec/matchConstraints/resourceRules"),
    matchPolicy: textOf(constraints["matchPolicy"]) ?? "Equivalent",
    namespaceSelector: selectorOf(constraints["namespaceSelector"]),
    objectSelector: selectorOf(constraints["objectSelector"]),
    client: undefined,
  };
}

function commonOf(
  placed: PlacedObject,
  kind: GateKind,
  fields: Readonly<Record<string, unknown>>,
  pointer: string,
) {
  const metadata = fieldsOf(at(placed.object, "metadata"));
  return {
    kind,
    configuration: textOf(metadata["name"]) ?? "",
    annotations: labelsOf(metadata["annotations"]),
    pointer,
    placed,
    fields,
    failurePolicy: textOf(fields["failurePolicy"]) ?? "Fail",
    timeoutSeconds: numberOf(fields["timeoutSeconds"]) ?? 10,
    reinvocationPolicy: textOf(fields["reinvocationPolicy"]) ?? "Never",
    matchConditions: listOf(fields["matchConditions"]).map((item, index) => ({
      name: textOf(at(item, "name")) ?? "",
      expression: textOf(at(item, "expression")) ?? "",
      pointer: `${pointer}/matchConditions/${index}`,
    })),
  };
}

function rulesOf(value: unknown, pointer: string): GateRule[] {
  return listOf(value).map((item, index) => {
    const { apiGroups, apiVersions, resources, operations, scope } = fieldsOf(item);
    return {
      groups: textsOf(apiGroups),
      versions: textsOf(apiVersions),
      resources: textsOf(resources),
      operations: textsOf(operations),
      scope: textOf(scope) ?? "*",
      pointer: `${pointer}/${index}`,
    };
  });
}

function clientOf(value: unknown): Client {
  const { url, caBundle } = fieldsOf(value);
  const service = fieldsOf(at(value, "service"));
  const [name, namespace] = [textOf(service["name"]), textOf(service["namespace"])];
  const bundle = textOf(caBundle);
  const address = textOf(url);
  return {
    ...(name !== undefined &&
      namespace !== undefined && {
        service: { name, namespace, port: numberOf(service["port"]) ?? 443 },
      }),
    ...(address !== undefined && { url: address }),
    ...(bundle !== undefined && bundle !== "" && { caBundle: bundle }),
  };
}

export function isWebhook(gate: Gate): gate is Webhook {
  return gate.client !== undefined;
}

/** Whether it says yes or no, rather than changes things. */
export function judges(gate: Gate): boolean {
  return gate.kind !== "MutatingWebhookConfiguration";
}

/**
 * Who stands behind a gate: what one webhook leaves open, another of the same server may close. Of a URL its origin;
 * of a policy itself.
 */
export function authorityOf({ client, kind, configuration }: Gate): string {
  if (client?.service) return `service ${client.service.namespace}/${client.service.name}`;
  if (client?.url !== undefined && URL.canParse(client.url)) return new URL(client.url).origin;
  return `${kind} ${configuration}`;
}

/** `ValidatingWebhookConfiguration/pods, webhook pods.example.com`. */
export function titleOf({ kind, configuration, name, client }: Gate): string {
  return client === undefined
    ? `${kind}/${configuration}`
    : `webhook ${name} (${kind}/${configuration})`;
}

/** Where something of a gate is; `below` its own pointer, or a whole pointer that begins with it. */
export function whereOf(gate: Gate, below = ""): Where {
  const pointer = below.startsWith(gate.pointer) ? below : `${gate.pointer}${below}`;
  return whereIn(gate.placed, `${gate.kind}/${gate.configuration}`, pointer, gate);
}

/** Where something is within an object. */
export function whereIn(
  { file, placeOf }: PlacedObject,
  object: string,
  pointer: string,
  gate?: Gate,
): Where {
  return {
    object,
    ...(gate?.client !== undefined && { webhook: gate.name }),
    pointer,
    ...(file !== undefined && { file }),
    ...placeOf?.(pointer),
  };
}
