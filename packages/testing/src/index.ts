export { type Admission, admit, type AdmitOptions, type Webhooks } from "./admit.ts";
export { describeCluster } from "./describe-cluster.ts";
export { createFakeCluster, type FakeClusterOptions } from "./fake-cluster.ts";
export type { FakeCustomResource } from "./fake-cluster/served.ts";
export type { JsonPatchOperation } from "./json-patch.ts";
export { reconcile, type ReconcileOptions } from "./reconcile.ts";
export {
  type AnyObject,
  type ConnectFacts,
  connects,
  creates,
  deletes,
  type EvictionFacts,
  evicts,
  type RequestFacts,
  updates,
} from "./reviews.ts";
export type { AdmissionFault, Transcript, WebhookPatch } from "./transcript.ts";
export type { UserFacts } from "./user-info.ts";
export type {
  AllowCase,
  DenyCase,
  ExpectedDenial,
  FaultCase,
  PatchCase,
  PluginSuite,
  RejectedConfigCase,
  RequestCase,
  ExpectedText,
} from "./plugin-cases.ts";
export { PluginTester } from "./plugin-tester.ts";
export type { Describe, It } from "./test-framework.ts";
