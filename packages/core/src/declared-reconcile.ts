import { type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { checkRead } from "./declared-access.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { LoadedPlugin, LoadedReconcile } from "./loaded-plugin.ts";
import type { AnyReconcileHook } from "./reconcile-hook.ts";

const KEYS = ["resource", "watches", "maxConcurrentReconciles", "handle"];

/** What is wrong with a plugin's `reconcile`, each with what to write instead. */
export function* checkReconcile(hook: unknown): Generator<string> {
  if (typeof hook !== "object" || hook === null) {
    yield "reconcile must be { resource, handle }";
    return;
  }
  for (const key of Object.keys(hook)) {
    if (KEYS.includes(key)) continue;
    yield `unknown key reconcile.${key}${didYouMean(key, KEYS)}; known are ${KEYS.join(", ")}`;
  }
  const { resource, watches, maxConcurrentReconciles, handle } = hook as Record<string, unknown>;
  if (typeof handle !== "function") yield "reconcile.handle must be a function";
  yield* checkRead(resource, "reconcile.resource");
  yield* checkWatches(watches ?? {});
  if (
    maxConcurrentReconciles !== undefined &&
    !(Number.isInteger(maxConcurrentReconciles) && (maxConcurrentReconciles as number) > 0)
  ) {
    yield "reconcile.maxConcurrentReconciles must be a whole number above 0";
  }
}

function* checkWatches(watches: unknown): Generator<string> {
  if (typeof watches !== "object" || watches === null || Array.isArray(watches)) {
    yield "reconcile.watches must be functions by resource: " +
      '{ "v1/resourcequotas": ({ metadata }) => ({ name: metadata.namespace }) }';
    return;
  }
  for (const [resource, concerned] of Object.entries(watches)) {
    yield* checkRead(resource, "reconcile.watches");
    if (typeof concerned === "function") continue;
    yield `reconcile.watches["${resource}"] must be a function that gives the { name, namespace } it concerns`;
  }
}

/** A sound hook as it is run. */
export function loadReconcile(hook: AnyReconcileHook): LoadedReconcile {
  const { resource, watches = {}, maxConcurrentReconciles = 1 } = hook;
  return {
    resource,
    watches: new Map(Object.entries(watches)),
    maxConcurrentReconciles,
    // Called as a method, so that a handler written with `this` finds its hook.
    handle: hook.handle.bind(hook),
  };
}

/** Plugins that reconcile and are listed in a second webhook, too: both would do the same, and share a Lease. */
export function reconciledTwice(
  webhooks: readonly { name: string; plugins: readonly LoadedPlugin[] }[],
): ConfigurationIssue[] {
  const first = new Map<string, string>();
  return webhooks.flatMap((webhook) =>
    webhook.plugins.flatMap(({ name, reconcile }, index) => {
      if (reconcile === undefined) return [];
      const before = first.get(name);
      if (before === undefined) {
        first.set(name, webhook.name);
        return [];
      }
      const message = `plugin "${name}" is listed in ${before} already, and it reconciles: once a server`;
      const pointer = pointerOf("webhooks", webhook.name, "plugins", String(index));
      return [{ code: "GW_CONFIG_INVALID" as const, pointer, message }];
    }),
  );
}
