/** What is reconciled has the types of `Kinds`, and so has what is watched. */
import { definePlugin } from "../../src/plugin.ts";

definePlugin({
  name: "whole",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { seconds: { type: "integer", default: 1 } },
  },
  setup: () => ({ more: 1 }),
  reconcile: {
    resource: "v1/namespaces",
    watches: {
      "v1/resourcequotas": ({ metadata, spec }) =>
        spec?.hard === undefined ? undefined : { name: metadata.namespace },
      "example.com/v1/widgets": ({ metadata, spec }) => [
        { name: metadata?.namespace, namespace: String(spec) },
      ],
    },
    maxConcurrentReconciles: 2,
    async handle({ name, namespace, object }, { config, state, cluster, log, signal }) {
      const phase: string | undefined = object?.status?.phase;
      // @ts-expect-error: what is in the cache is shared
      if (object) object.metadata.name = "other";
      // @ts-expect-error: it may be gone
      log.info(object.metadata.name + phase + namespace);
      signal.throwIfAborted();
      await cluster.list("v1/resourcequotas", { namespace: name });
      const username: string = await cluster.username();
      return username === "" ? undefined : { requeueAfterSeconds: config.seconds + state.more };
    },
  },
});

definePlugin({
  name: "short",
  reconcile: {
    resource: "example.com/v1/widgets",
    handle({ object }) {
      const kind: string | undefined = object?.kind;
      void kind;
    },
  },
});

definePlugin({
  name: "wrong",
  reconcile: {
    resource: "v1/namespaces",
    // @ts-expect-error: a text is no object's key
    watches: { "v1/pods": ({ spec }) => spec.nodeName },
    handle() {},
  },
});

definePlugin({
  name: "wrong",
  reconcile: {
    resource: "v1/namespaces",
    // @ts-expect-error: misspelt
    handle: () => ({ requeueAfter: 1 }),
  },
});
