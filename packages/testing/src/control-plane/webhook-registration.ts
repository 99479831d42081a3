/**
 * One rule of a webhook, in Kubernetes' own words (`RuleWithOperations` of
 * admissionregistration.k8s.io/v1).
 */
export interface WebhookRule {
  apiGroups: readonly string[];
  apiVersions: readonly string[];
  resources: readonly string[];
  operations: readonly string[];
  scope?: "Cluster" | "Namespaced" | "*";
}

/** One webhook entry without its address, which follows from its name and phase. */
export interface WebhookEntry {
  /** At least three DNS segments, such as `pods.example.com`; also the end of its path. */
  name: string;
  /**
   * Which configuration it goes to, and the beginning of its path: `/mutate/<name>` or
   * `/validate/<name>`.
   */
  phase: "mutate" | "validate";
  rules: readonly WebhookRule[];
  /** @default "Fail" */
  failurePolicy?: "Fail" | "Ignore";
  /** @default "None" */
  sideEffects?: "None" | "NoneOnDryRun";
  /** @default ["v1"] */
  admissionReviewVersions?: readonly string[];
  /** 1 to 30. @default 10, the API server's */
  timeoutSeconds?: number;
  /** Mutating webhooks only. @default "Never", the API server's */
  reinvocationPolicy?: "Never" | "IfNeeded";
  /** @default "Equivalent", the API server's */
  matchPolicy?: "Exact" | "Equivalent";
  namespaceSelector?: object;
  objectSelector?: object;
  matchConditions?: readonly { name: string; expression: string }[];
}

/** How the API server reaches the webhooks. */
export type WebhookClientConfig =
  /** Without a path: `https://127.0.0.1:8443`. */
  | { url: string; service?: never }
  /**
   * By Service, as in a cluster: a Service of type ExternalName for `localhost` is made, so that
   * the API server calls `localhost:<port>` with the SNI and Host `<name>.<namespace>.svc`. The
   * namespace must exist.
   */
  | { service: { namespace: string; name: string; port: number }; url?: never };

export interface WebhookRegistration {
  /**
   * Name of the Mutating- and the ValidatingWebhookConfiguration: a DNS label. @default
   * "gatewright"
   */
  name?: string;
  webhooks: readonly WebhookEntry[];
  clientConfig: WebhookClientConfig;
  /** PEM of the CA that signed the webhook server's certificate. */
  caBundle: string | Uint8Array;
  /** Milliseconds that a change may take to become effective. @default 30_000 */
  timeoutMs?: number;
}

export interface RegisteredWebhooks {
  /**
   * Removes the configurations and resolves when the API server calls the webhooks no more. Does
   * nothing where a later registration of the same name has replaced this one.
   */
  unregister(): Promise<void>;
}
