export type {
  AdmissionObject,
  AdmissionRequest,
  AdmissionResponse,
  AdmissionReview,
  AdmissionReviewVersion,
  AdmissionStatus,
  GroupVersionKind,
  GroupVersionResource,
  Operation,
  StatusCause,
  UserInfo,
} from "./admission.ts";
export type {
  CallOptions,
  ClusterConnection,
  ObjectList,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./cluster-connection.ts";
export { type Labels, parseLabelSelector } from "./cluster/label-selector.ts";
export type {
  Cluster,
  DeletionOptions,
  InNamespace,
  ListOptions,
  ObjectOf,
  ObjectToWrite,
  ResourceKey,
  WriteVerb,
} from "./cluster.ts";
export { describeServer, type ServerDescription } from "./describe-server.ts";
export { type HeldLease, holdLease, type HoldLeaseOptions } from "./reconcile/hold-lease.ts";
export type { LeaderElectionOptions } from "./leader-election-options.ts";
export { inspectConfigFile, loadConfigFile, loadConfigText } from "./config-file.ts";
export type { InspectedConfigFile, LoadConfigOptions } from "./config-file/load-config-file.ts";
export type { RegistrationSettings } from "./config-file/registration-of-file.ts";
export type { ConfigFile } from "./config-file/schema.ts";
export { ConfigurationError, type ConfigurationIssue } from "./configuration-error.ts";
export { decodeReview, type DecodedReview } from "./decode.ts";
export { encodeReview, faultText, responseOf } from "./encode.ts";
export {
  ClusterError,
  type ClusterErrorDetails,
  type ErrorCode,
  errorCodes,
  GatewrightError,
} from "./errors.ts";
export type { Enforcement } from "./loaded-plugin.ts";
export { createLogger, type Logger, type LogLevel, silentLogger } from "./log.ts";
export type { Fault, Outcome, PluginDenial, Unenforced } from "./outcome.ts";
export type { ClusterSource } from "./open-cluster.ts";
export type { PatchOperation } from "./patch.ts";
export {
  createPipeline,
  type Pipeline,
  type PipelineOptions,
  type Reviewer,
  type ReviewOptions,
} from "./pipeline.ts";
export type { ConfigInput, ConfigOf, ConfigSchema } from "./config-type.ts";
export type {
  MetricDeclaration,
  MetricFamily,
  MetricLabels,
  PluginCounter,
  PluginGauge,
  PluginMetrics,
} from "./plugin-metrics.ts";
export {
  definePlugin,
  type DenialDetails,
  type Plugin,
  type PluginDefinition,
  type PluginFactory,
  type Reads,
  type ReviewContext,
  type SetupContext,
  type Writes,
} from "./plugin.ts";
export type { Kinds } from "@gatewright/kubernetes-types";
export type { PolicyRule } from "./policy-rule.ts";
export type { Registration, RegistrationContext, RegistrationOpener } from "./registration.ts";
export type {
  Included,
  LabelSelector,
  MatchCondition,
  RegistrationPolicy,
} from "./registration-policy.ts";
export type {
  Concerned,
  ObjectKey,
  ReconcileContext,
  ReconcileHook,
  ReconcileRequest,
  ReconcileResult,
} from "./reconcile-hook.ts";
export { parseResourceKey, type ResourceParts } from "./resource-key.ts";
export type {
  ConnectRequest,
  CreateRequest,
  DeepReadonly,
  DeleteRequest,
  KubernetesObject,
  MutateRequest,
  Rule,
  UpdateRequest,
  ValidateRequest,
} from "./rule-types.ts";
export { serve } from "./serve.ts";
export { createServer, type Server } from "./server.ts";
export type {
  AroundReview,
  DevelopmentTlsOptions,
  ServerOptions,
  TlsOptions,
} from "./server-options.ts";
export type { Certificate, CertificatePem } from "./tls/certificate.ts";
export type {
  CertificateContext,
  CertificateOpener,
  CertificateSource,
} from "./tls/certificate-source.ts";
export type { FailurePolicy, PluginEntry, WebhookOptions } from "./webhook.ts";
export type { Phase, WebhookEndpoint } from "./webhook-endpoint.ts";
