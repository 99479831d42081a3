import {
  type AdmissionRequest,
  createPipeline,
  definePlugin,
  type Pipeline,
  type PipelineOptions,
  type Plugin,
} from "@gatewright/core";
import { type Admission, admit, PLUGINS_WEBHOOK } from "./admit.ts";
import { createFakeCluster } from "./fake-cluster.ts";
import { mutatingPhase } from "./mutating-phase.ts";
import { leftOpen, openResources } from "./open-resources.ts";
import type { ListedCase } from "./plugin-cases.ts";
import { asDryRun } from "./reviews.ts";
import { type Transcript, writeTranscript } from "./transcript.ts";

/** A plugin's factory, whatever its configuration. */
export type AnyFactory = (config?: unknown) => Plugin;

/** All that happened when a case was run, from setup to close. */
export interface Rehearsal {
  /** Of the same request as a dry run, sent before it. */
  dry: Admission | undefined;
  real: Admission;
  /** What the mutators made of what they had made; undefined where they had changed nothing. */
  secondPass: Transcript | undefined;
  /** Whether the plugin's rules brought it the request. */
  covered: boolean;
  /** Verbs that were used after the plugin's review had ended. */
  lateVerbs: readonly string[];
  /** What `close` threw. */
  closeErrors: readonly unknown[];
  /** What keeps the process alive and did not before: `1 × Timeout`. */
  leftOpen: readonly string[];
}

/**
 * Runs a case with a plugin of its own, so that no case knows of another.
 *
 * @throws ConfigurationError, GatewrightError where the plugin cannot be started.
 */
export async function rehearse(
  factory: AnyFactory,
  kase: ListedCase,
  { dryRunFirst }: { dryRunFirst: boolean },
): Promise<Rehearsal> {
  const { request, config, timeoutSeconds, cluster = () => createFakeCluster() } = kase;
  const before = await openResources();
  const closeErrors: unknown[] = [];
  const plugin = heardClosing(factory(config), closeErrors);
  const { observer, reviews, lateVerbs } = observe();
  const pipeline = await createPipeline({
    webhooks: {
      [PLUGINS_WEBHOOK]: {
        plugins: [{ plugin, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }],
      },
    },
    cluster,
    reconcile: false,
    observer,
  });
  let ran: Pick<Rehearsal, "dry" | "real" | "secondPass">;
  try {
    const dry = dryRunFirst ? await admit(pipeline, asDryRun(request)) : undefined;
    const real = await admit(pipeline, request);
    ran = { dry, real, secondPass: await secondPass(pipeline, request, real) };
  } finally {
    await pipeline.close();
  }
  const left = await leftOpen(before);
  return { ...ran, covered: reviews.count > 0, lateVerbs, closeErrors, leftOpen: left };
}

async function secondPass(
  pipeline: Pipeline,
  request: AdmissionRequest,
  { allowed, object, patches }: Admission,
): Promise<Transcript | undefined> {
  if (!allowed || patches.length === 0) return undefined;
  const mutators = [...pipeline.reviewers.values()].filter(
    ({ endpoint }) => endpoint.phase === "mutate",
  );
  const writer = writeTranscript();
  const options = { apiVersion: "admission.k8s.io/v1", reinvoke: false } as const;
  await mutatingPhase(mutators, { ...request, object }, options, writer);
  return writer.transcript();
}

function observe(): {
  observer: NonNullable<PipelineOptions["observer"]>;
  reviews: { count: number };
  lateVerbs: string[];
} {
  const reviews = { count: 0 };
  const lateVerbs: string[] = [];
  return {
    reviews,
    lateVerbs,
    observer: {
      stepEnded: () => void reviews.count++,
      lateVerb: (_plugin, verb) => void lateVerbs.push(verb),
      // A handler that was given up on is told so by its signal, and may well throw then.
      lateError() {},
    },
  };
}

/** The plugin, with what its `close` throws noted: a pipeline logs that, and goes on. */
function heardClosing(plugin: Plugin, closeErrors: unknown[]): Plugin {
  const { definition } = plugin;
  if (typeof definition?.close !== "function") return plugin;
  const close = async (state: unknown): Promise<void> => {
    try {
      await definition.close?.(state);
    } catch (error) {
      closeErrors.push(error);
    }
  };
  const heard = definePlugin({ ...definition, close } as never) as unknown as AnyFactory;
  return heard(plugin.config);
}
