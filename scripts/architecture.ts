/**
 * Who may import whom. `scripts/check-imports.ts` holds every source file to this page;
 * `docs/architecture.md` says what each part does.
 */

/**
 * The layers of `packages/core/src`, from the outside to the inside. A file imports files of its
 * own layer and of later ones, never of an earlier one, and never in a circle.
 *
 * An entry is a file (`server.ts`) or a folder (`tls/`), relative to `packages/core/src`. Every
 * file but a test belongs to exactly one layer: a file that is not listed fails the check, and so
 * does an entry without a file.
 */
export const coreLayers: readonly { layer: string; files: readonly string[] }[] = [
  { layer: "entry", files: ["index.ts", "certificates.ts"] },
  {
    layer: "server",
    files: [
      "serve.ts",
      "server.ts",
      "server-options.ts",
      "describe-server.ts",
      "shared-connection.ts",
      "registration.ts",
      "check-options.ts",
      "config-file.ts",
      "config-file/",
      "judge.ts",
      "drain.ts",
      "listen.ts",
      "metrics/",
      "tls/",
    ],
  },
  { layer: "routes", files: ["routes.ts"] },
  {
    layer: "decode",
    files: ["decode.ts", "body.ts", "intake.ts", "parse-json.ts", "json-scan.ts", "scan.wasm.ts"],
  },
  {
    layer: "pipeline",
    files: [
      "pipeline.ts",
      "webhook-endpoint.ts",
      "readiness.ts",
      "metric-registry.ts",
      "open-cluster.ts",
      "open-reconciling.ts",
      "policy-rules.ts",
    ],
  },
  { layer: "phases", files: ["mutate.ts", "validate.ts"] },
  { layer: "verdict", files: ["verdict.ts"] },
  { layer: "encode", files: ["encode.ts", "warnings.ts"] },
  { layer: "step", files: ["step.ts", "match.ts", "deadline.ts", "trial.ts"] },
  {
    layer: "declaration",
    files: [
      "webhook.ts",
      "check-registration-policy.ts",
      "declaration.ts",
      "declared-access.ts",
      "declared-policy-rules.ts",
      "declared-reconcile.ts",
      "config-schema.ts",
      "configuration-error.ts",
      "did-you-mean.ts",
      "metric-declaration.ts",
    ],
  },
  { layer: "reconcile", files: ["reconcile/"] },
  { layer: "cluster", files: ["cluster/"] },
  {
    layer: "types",
    files: [
      "admission.ts",
      "cluster.ts",
      "cluster-access.ts",
      "cluster-connection.ts",
      "config-type.ts",
      "context.ts",
      "leader-election-options.ts",
      "loaded-plugin.ts",
      "log.ts",
      "outcome.ts",
      "plugin.ts",
      "plugin-metrics.ts",
      "policy-rule.ts",
      "reconcile-hook.ts",
      "registration-policy.ts",
      "resource-key.ts",
      "rule-types.ts",
    ],
  },
  {
    layer: "patch",
    files: [
      "patch.ts",
      "change.ts",
      "deep-freeze.ts",
      "draft.ts",
      "exact-numbers.ts",
      "read-only.ts",
      "unread.ts",
    ],
  },
  { layer: "errors", files: ["errors.ts"] },
];

/**
 * Which packages of this workspace a package's source may import, always by name and never by a
 * path. Tests may import any of them. A package that is not listed fails the check.
 */
export const packageImports: Readonly<Record<string, readonly string[]>> = {
  "kubernetes-types": [],
  core: ["kubernetes-types"],
  kubernetes: ["core"],
  testing: ["core", "kubernetes-types"],
  cli: ["core", "kubernetes"],
  "plugin-run-as-nonroot": ["core"],
  "plugin-namespace-tenancy": ["core"],
  "plugin-etcd-leader-guard": ["core"],
  "plugin-namespace-quota": ["core"],
};

/**
 * Packages from npm that a plugin may import: the client of its own field and nothing else.
 * A plugin that is not listed imports none. (Core reads the cluster on a plugin's behalf.) So it is
 * with `kubernetes`, whose field is the cluster itself.
 */
export const pluginClients: Readonly<Record<string, readonly string[]>> = {
  // client-node knows how to log in, undici how to make calls over one pool; yaml reads a kubeconfig.
  kubernetes: ["@kubernetes/client-node", "undici", "yaml"],
  "plugin-etcd-leader-guard": ["etcd3"],
};

/** Clients of a cluster or of etcd: core runs without either and imports neither. */
export const clientsForbiddenInCore = [
  "@kubernetes/client-node",
  "kubernetes-client",
  "etcd3",
  "@grpc/grpc-js",
] as const;

/**
 * Packages that cost a cold start more than their use is worth: `packages/core/src/index.ts` must
 * not reach them through static imports. `await import()` where they are needed.
 */
export const lazyInCore = [
  "@peculiar/x509",
  "reflect-metadata",
  "ajv",
  "yaml",
  "pino",
  "prom-client",
] as const;

/** What `scripts/bundle-core.ts` puts into core: its users need not install it. */
export const bundledInCore = ["koa", "@koa/router", "fast-json-patch"] as const;
