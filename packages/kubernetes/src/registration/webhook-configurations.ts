import type {
  KubernetesObject,
  LabelSelector,
  MatchCondition,
  Rule,
  WebhookEndpoint,
} from "@gatewright/core";
import { contentOf } from "./content.ts";
import { excludingConditions, excludingSelector, type Surroundings } from "./exclusions.ts";

/** How the API server reaches the server: by a Service, or by a URL without a path, `https://host:port`. */
export type WebhookClient =
  | {
      readonly service: {
        readonly name: string;
        readonly namespace: string;
        /** @default 443 */
        readonly port?: number;
      };
      readonly url?: never;
    }
  | { readonly url: string; readonly service?: never };

/** What is registered beside what the endpoints say themselves. */
export interface WebhookConfigurationsOptions {
  /** Of both configurations, and so their place among those of others: mutating webhooks are called by name. */
  readonly name: string;
  readonly clientConfig: WebhookClient;
  /**
   * PEM of each CA that the server's certificate may be of.
   * @default none is written, and whatever there is stays: the system's roots, or what an injector writes
   */
  readonly caBundle?: string | undefined;
  /** Where the server lives: never judged by it, unless `include` says so. */
  readonly namespace: string;
  /**
   * What the installation's ClusterRole, ClusterRoleBinding and PriorityClass are called: never judged, either, for
   * with them the installation is repaired and removed.
   * @default "gatewright"
   */
  readonly clusterRole?: string | undefined;
  /** Beside ours, which say what it is and who manages it. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  /**
   * `namespace/name` of a Certificate whose CA cert-manager's cainjector is to write; together with a `caBundle` it
   * would be a fight.
   */
  readonly certManager?: string | undefined;
}

/** `metav1.OwnerReference`, of an owner that has no namespace. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration, with every field that has a default written out. */
export interface WebhookConfiguration extends KubernetesObject {
  metadata: NonNullable<KubernetesObject["metadata"]> & { name: string };
  webhooks: RegisteredWebhook[];
}

/** An entry of it. */
export interface RegisteredWebhook {
  name: string;
  clientConfig: {
    service?: { name: string; namespace: string; path: string; port: number };
    url?: string;
    caBundle?: string;
  };
  rules: Rule[];
  failurePolicy: "Fail" | "Ignore";
  matchPolicy: "Exact" | "Equivalent";
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
  matchConditions?: MatchCondition[];
  sideEffects: "None" | "NoneOnDryRun";
  timeoutSeconds: number;
  admissionReviewVersions: string[];
  reinvocationPolicy?: "Never" | "IfNeeded";
}

/** Says which configuration it is, without its `caBundle` and owners: those change while it stays the same. */
export const CONTENT_ANNOTATION = "gatewright.dev/content";
/** Says whose it is: `namespace/name` of the installation. */
export const INSTALLATION_ANNOTATION = "gatewright.dev/installation";

/**
 * What is to be registered of a server: a MutatingWebhookConfiguration and a ValidatingWebhookConfiguration of one name,
 * left out where no webhook is of that phase. Webhooks are in the order of the endpoints, which is the configured one, and
 * mutating ones are called in it. Nothing here can lock a cluster out while no replica answers: see `docs/registration.md`.
 *
 * @example
 * webhookConfigurations(server.endpoints, {
 *   name: "gatewright",
 *   clientConfig: { service: { name: "gatewright", namespace: "gatewright-system" } },
 *   caBundle,
 *   namespace: "gatewright-system",
 * });
 */
export function webhookConfigurations(
  endpoints: readonly WebhookEndpoint[],
  options: WebhookConfigurationsOptions,
): WebhookConfiguration[] {
  const { name, namespace, clusterRole = "gatewright", ownerReferences = [] } = options;
  const surroundings: Surroundings = { namespace, clusterRole };
  const phases = (["mutate", "validate"] as const).map((phase) => ({
    phase,
    webhooks: endpoints
      .filter((endpoint) => endpoint.phase === phase)
      .map((endpoint) => registered(endpoint, options, surroundings)),
  }));
  // Of both: what one server has is registered together.
  const content = contentOf(phases.map(({ webhooks }) => webhooks));
  return phases
    .filter(({ webhooks }) => webhooks.length > 0)
    .map(({ phase, webhooks }) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: phase === "mutate" ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration",
      metadata: {
        name,
        labels: {
          ...options.labels,
          "app.kubernetes.io/name": "gatewright",
          "app.kubernetes.io/managed-by": "gatewright",
        },
        annotations: {
          [CONTENT_ANNOTATION]: content,
          [INSTALLATION_ANNOTATION]: `${namespace}/${clusterRole}`,
          ...(options.certManager !== undefined && {
            "cert-manager.io/inject-ca-from": options.certManager,
          }),
        },
        ...(ownerReferences.length > 0 && { ownerReferences: [...ownerReferences] }),
      },
      webhooks,
    }));
}

function registered(
  endpoint: WebhookEndpoint,
  { clientConfig, caBundle }: WebhookConfigurationsOptions,
  surroundings: Surroundings,
): RegisteredWebhook {
  const { path, phase, rules, include = [] } = endpoint;
  const { service, url } = clientConfig;
  const given = endpoint.matchConditions ?? [];
  const matchConditions = excludingConditions(rules, given, include, surroundings);
  return {
    name: endpoint.name,
    clientConfig: {
      ...(service === undefined
        ? { url: `${url.replace(/\/+$/, "")}${path}` }
        : {
            service: {
              name: service.name,
              namespace: service.namespace,
              path,
              port: service.port ?? 443,
            },
          }),
      ...(caBundle !== undefined && { caBundle: Buffer.from(caBundle).toString("base64") }),
    },
    rules: rules.map((rule) => ({
      apiGroups: rule.apiGroups,
      apiVersions: rule.apiVersions,
      resources: rule.resources,
      operations: rule.operations,
      scope: rule.scope ?? "*",
    })),
    failurePolicy: endpoint.failurePolicy,
    matchPolicy: endpoint.matchPolicy ?? "Equivalent",
    namespaceSelector: asStored(
      excludingSelector(rules, endpoint.namespaceSelector, include, surroundings),
    ),
    objectSelector: asStored(endpoint.objectSelector ?? {}),
    ...(matchConditions.length > 0 && { matchConditions }),
    sideEffects: endpoint.sideEffects,
    timeoutSeconds: endpoint.timeoutSeconds,
    admissionReviewVersions: ["v1"],
    // What a later webhook of somebody else added must be seen, too; a mutator is idempotent anyway, for the API server
    // may call any twice.
    ...(phase === "mutate" && { reinvocationPolicy: endpoint.reinvocationPolicy ?? "IfNeeded" }),
  };
}

/** Without what is empty, as the API server gives it back: else it would look as if somebody had changed it. */
function asStored({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelector {
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && {
      matchExpressions: matchExpressions.map(({ key, operator, values = [] }) => ({
        ...{ key, operator },
        ...(values.length > 0 && { values }),
      })),
    }),
  };
}
