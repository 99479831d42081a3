import {
  type ClusterSource,
  ConfigurationError,
  createPipeline,
  GatewrightError,
} from "@gatewright/core";
import { PLUGINS_WEBHOOK } from "./admit.ts";
import { createFakeCluster } from "./fake-cluster.ts";
import { matchesText } from "./expectations.ts";
import type { RejectedConfigCase } from "./plugin-cases.ts";
import type { Problem } from "./problem.ts";
import type { AnyFactory } from "./rehearsal.ts";

/** One thing that was wrong, and where in the plugin's own configuration. */
interface Refusal {
  pointer: string;
  message: string;
}

/**
 * Starts the plugin with a configuration that it has to refuse: by its schema, or by a throw of `setup`.
 *
 * @returns what is wrong with the case; empty where it was refused as it says.
 */
export async function runRejectedConfig(
  factory: AnyFactory,
  { config, message, pointer }: RejectedConfigCase,
  cluster: ClusterSource = () => createFakeCluster(),
): Promise<Problem[]> {
  const refusals = await refusalsOf(factory, config, cluster);
  if (refusals === undefined) return [{ message: "the configuration was accepted" }];
  const found = refusals.some(
    (refusal) =>
      matchesText(message, refusal.message) &&
      (pointer === undefined || pointer === refusal.pointer),
  );
  if (found) return [];
  const expected = pointer === undefined ? { message } : { pointer, message };
  return [{ message: "it was refused otherwise", actual: refusals, expected: [expected] }];
}

async function refusalsOf(
  factory: AnyFactory,
  config: unknown,
  cluster: ClusterSource,
): Promise<Refusal[] | undefined> {
  try {
    const plugins = [factory(config)];
    const pipeline = await createPipeline({
      webhooks: { [PLUGINS_WEBHOOK]: { plugins } },
      cluster,
    });
    await pipeline.close();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) {
      // Of /webhooks/<webhook>/plugins/0/config/…
      return error.issues.map((issue) => ({
        pointer: issue.pointer
          .split("/")
          .slice(6)
          .map((key) => `/${key}`)
          .join(""),
        message: issue.message,
      }));
    }
    const { cause } = error as Error;
    const setupError = error instanceof GatewrightError && cause instanceof Error ? cause : error;
    return [{ pointer: "", message: (setupError as Error).message }];
  }
}
