import { randomUUID } from "node:crypto";
import {
  type AdmissionObject,
  type AdmissionRequest,
  type AdmissionReviewVersion,
  type AdmissionStatus,
  type ClusterSource,
  createPipeline,
  type Pipeline,
  type Plugin,
  type PluginEntry,
  type Reviewer,
  type WebhookOptions,
} from "@gatewright/core";
import { callWebhook } from "./call-webhook.ts";
import { createFakeCluster } from "./fake-cluster.ts";
import { mutatingPhase } from "./mutating-phase.ts";
import { rejectionOf } from "./rejection.ts";
import { type Transcript, type TranscriptWriter, writeTranscript } from "./transcript.ts";

/** What came of a request, for its user and for the object. */
export interface Admission extends Transcript {
  readonly allowed: boolean;
  /**
   * The object as the mutators left it, null on DELETE: what would be stored where it is allowed, but for
   * what the API server adds itself.
   */
  readonly object: AdmissionObject | null;
  /** Why it was refused, with `message` as the user reads it; undefined where it is allowed. */
  readonly status: AdmissionStatus | undefined;
}

/**
 * What a request is sent through: webhooks as `createServer` takes them, called in their order; or
 * plugins, as one webhook `plugins.gatewright.dev`; or a pipeline, which is left open.
 */
export type Webhooks =
  | Readonly<Record<string, WebhookOptions>>
  | readonly (Plugin | PluginEntry)[]
  | Pipeline;

/** How kube-apiserver would call the webhooks. */
export interface AdmitOptions {
  /** @default "admission.k8s.io/v1" */
  apiVersion?: AdmissionReviewVersion;
  /**
   * Whether mutating webhooks are called a second time where a later one changed the object.
   * @default "IfNeeded"
   */
  reinvocationPolicy?: "Never" | "IfNeeded";
  /**
   * For plugins with `reads` or `writes`: a connection, which is left open, or what makes one. A pipeline has
   * its own.
   * @default an empty `createFakeCluster()`
   */
  cluster?: ClusterSource;
}

/** The webhook that plugins are put into where no name is given. */
export const PLUGINS_WEBHOOK = "plugins.gatewright.dev";

/**
 * Sends a request through webhooks as kube-apiserver does, without one: mutating webhooks serially, with
 * reinvocation, their patches applied as it applies them; then all validating webhooks on the result.
 * The code between the socket and the plugins is the server's own.
 *
 * @throws ConfigurationError, GatewrightError as `createServer` does at its start.
 * @throws BadReview where `request` is none that a server would take.
 * @example
 * const { allowed, object } = await admit([runAsNonRoot()], creates(pod));
 */
export async function admit(
  webhooks: Webhooks,
  request: AdmissionRequest,
  options: AdmitOptions = {},
): Promise<Admission> {
  if (isPipeline(webhooks)) {
    if (options.cluster !== undefined) {
      throw new TypeError("a pipeline has its own cluster: give it to createPipeline");
    }
    return admitThrough(webhooks, request, options);
  }
  const pipeline = await createPipeline({
    webhooks: isList(webhooks) ? { [PLUGINS_WEBHOOK]: { plugins: webhooks } } : webhooks,
    cluster: options.cluster ?? (() => createFakeCluster()),
    reconcile: false,
  });
  try {
    return await admitThrough(pipeline, request, options);
  } finally {
    await pipeline.close();
  }
}

function isPipeline(webhooks: Webhooks): webhooks is Pipeline {
  return "reviewers" in webhooks && webhooks.reviewers instanceof Map;
}

function isList(webhooks: Webhooks): webhooks is readonly (Plugin | PluginEntry)[] {
  return Array.isArray(webhooks);
}

async function admitThrough(
  pipeline: Pipeline,
  request: AdmissionRequest,
  { apiVersion = "admission.k8s.io/v1", reinvocationPolicy = "IfNeeded" }: AdmitOptions,
): Promise<Admission> {
  const reviewers = [...pipeline.reviewers.values()];
  const mutators = reviewers.filter(({ endpoint }) => endpoint.phase === "mutate");
  const validators = reviewers.filter(({ endpoint }) => endpoint.phase === "validate");
  const writer = writeTranscript();
  const reinvoke = reinvocationPolicy === "IfNeeded";
  const mutated = await mutatingPhase(mutators, request, { apiVersion, reinvoke }, writer);
  const status =
    mutated.rejection ??
    (await validatingPhase(
      validators,
      asValidated({ ...request, object: mutated.object }),
      apiVersion,
      writer,
    ));
  return { allowed: status === undefined, object: mutated.object, status, ...writer.transcript() };
}

/**
 * All side by side. Of several that refuse, kube-apiserver reports the one that answered first; here it
 * is the first in order, and a denial before a fault.
 */
async function validatingPhase(
  validators: readonly Reviewer[],
  request: AdmissionRequest,
  apiVersion: AdmissionReviewVersion,
  writer: TranscriptWriter,
): Promise<AdmissionStatus | undefined> {
  const calls = await Promise.all(
    validators.map(async (validator) => ({
      endpoint: validator.endpoint,
      call: await callWebhook(validator, request, apiVersion),
    })),
  );
  for (const { endpoint, call } of calls) writer.add(endpoint, call);
  const denied = calls.filter(({ call }) => call.response?.allowed === false);
  for (const { endpoint, call } of [...denied, ...calls]) {
    const rejection = rejectionOf(endpoint, call);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/**
 * What the API server adds between the phases to an object that is created: its name, its uid and when
 * (`rest.BeforeCreate` in apiserver/pkg/registry/rest/create.go).
 */
function asValidated(request: AdmissionRequest): AdmissionRequest {
  const { operation, object, subResource } = request;
  if (operation !== "CREATE" || subResource !== undefined || object === null) return request;
  const { name, generateName = "" } = object.metadata ?? {};
  // Five random letters there; the same ones always here, so that a test can name them.
  const given = name || `${generateName.slice(0, 58)}x7k2p`;
  const creationTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
  const metadata = { ...object.metadata, name: given, uid: randomUUID(), creationTimestamp };
  return { ...request, name: given, object: { ...object, metadata } };
}
