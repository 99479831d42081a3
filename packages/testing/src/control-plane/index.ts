export type { ApiRequest, ApiResponse } from "./api-request.ts";
export type { ControlPlaneBinaries, FindControlPlaneOptions } from "./binaries.ts";
export { buildControlPlane } from "./build-control-plane.ts";
export type { ControlPlane, ControlPlaneOptions } from "./control-plane.ts";
export { type Child, type ChildOptions, startChild } from "./child.ts";
export {
  type ControlPlaneAvailability,
  controlPlaneAvailable,
  type HelmAvailability,
  helmAvailable,
  type KwokAvailability,
  kwokAvailable,
} from "./control-plane-available.ts";
export {
  ControlPlaneUnavailable,
  type ControlPlaneUnavailableCode,
} from "./control-plane-unavailable.ts";
export type { CertificateFiles } from "./etcd/certificate-authority.ts";
export type {
  EtcdCluster,
  EtcdMember,
  EtcdMemberEntry,
  EtcdOptions,
  EtcdStatus,
} from "./etcd/etcd-cluster.ts";
export { EtcdCallError } from "./etcd/etcd-gateway.ts";
export type { EtcdTls, IssueClientOptions } from "./etcd/etcd-tls.ts";
export { startEtcd } from "./etcd/start-etcd.ts";
export { startTcpProxy, type TcpProxy } from "./etcd/tcp-proxy.ts";
export { findControlPlane } from "./find-control-plane.ts";
export { findHelm, type HelmBinary } from "./find-helm.ts";
export { findKwok, type KwokBinary } from "./find-kwok.ts";
export type { FindToolOptions } from "./go-tool.ts";
export type { KubectlOptions, KubectlResult } from "./kubectl.ts";
export { createOrphanGuard, type OrphanGuard } from "./orphan-guard.ts";
export { registerServer, type ServerRegistration, type WebhookPolicy } from "./register-server.ts";
export { registerWebhooks } from "./register-webhooks.ts";
export { startControlPlane } from "./start-control-plane.ts";
export { type Kwok, type KwokOptions, type KwokStage, startKwok } from "./start-kwok.ts";
export { type WaitOptions, waitUntil } from "./wait-until.ts";
export type {
  RegisteredWebhooks,
  WebhookClientConfig,
  WebhookEntry,
  WebhookRegistration,
  WebhookRule,
} from "./webhook-registration.ts";
