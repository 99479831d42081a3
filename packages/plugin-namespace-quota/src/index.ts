import { definePlugin } from "@gatewright/core";
import { checkConfig } from "./check-config.ts";
import { CONFIG } from "./config.ts";
import { mayCount, whyItMustWait } from "./gate.ts";
import {
  builtInDenial,
  isAdministrator,
  isClearedAway,
  isOfKept,
  isSystemsOwn,
  keptDenial,
} from "./guard.ts";
import { createKeeping, type KeeperState, keepNamespace } from "./keep-namespace.ts";
import { KEPT_NAME } from "./kept-name.ts";
import { namespaceRules } from "./namespace-rules.ts";
import { createQuotaMetrics } from "./quota-metrics.ts";
import { nameOf, writeOf } from "./request.ts";
import { ruleChangeDenial } from "./rule-change.ts";
import { webhookRules } from "./webhook-rules.ts";

/**
 * Keeps a ResourceQuota and a LimitRange in each namespace, by rules; guards them against the namespace's users, and lets
 * nothing in that they would not count yet. Its README has the options and what it takes of the cluster.
 *
 * @example
 * namespaceQuota({ rules: [{ quota: { configmaps: 1, pods: 10 } }] })
 */
export default definePlugin({
  name: "namespace-quota",
  config: CONFIG,
  writes: {
    "v1/resourcequotas": ["create", "update", "delete"],
    "v1/limitranges": ["create", "update", "delete"],
  },
  setup({ config, metrics }): KeeperState {
    checkConfig(config);
    return {
      rules: namespaceRules(config),
      metrics: createQuotaMetrics(metrics),
      keeping: createKeeping(),
    };
  },
  validate: {
    rules: webhookRules,
    sideEffects: "None",
    async handle(request, { config, state, cluster, deny }) {
      const { rules, metrics } = state;
      const namespace = request.namespace ?? "";
      if (namespace === "" || rules.isExcluded(namespace)) return;
      const write = writeOf(request);

      if (write.resource === "namespaces") {
        const denial = ruleChangeDenial(request, rules);
        if (denial === undefined || isAdministrator(request, config.administrators)) return;
        metrics.refused("rule");
        deny(denial);
        return;
      }
      if (isOfKept(request, write)) {
        if (isSystemsOwn(request, write)) return;
        if (isAdministrator(request, config.administrators)) return;
        if (request.userInfo.username === (await cluster.username())) return;
        metrics.refused("kept");
        deny(keptDenial(write, namespace));
        return;
      }
      if (write.operation === "DELETE") {
        const name = nameOf(request);
        const isBuiltIn = rules.all.some((rule) =>
          rule.builtInNames(write.resource).includes(name),
        );
        if (!isBuiltIn || isClearedAway(request)) return;
        if (isAdministrator(request, config.administrators)) return;
        const found = await cluster.get("v1/namespaces", namespace);
        if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
        if (rules.of(found)?.builtInNames(write.resource).includes(name) !== true) return;
        metrics.refused("built-in");
        deny(builtInDenial(write, name, namespace));
        return;
      }
      if (!mayCount(request, write, rules)) return;
      const why = await whyItMustWait(request, write, rules, cluster);
      if (why === undefined) return;
      metrics.refused("not-ready");
      deny(`the quota of namespace "${namespace}" is not ready yet, try again (${why})`, {
        code: 429,
        reason: "TooManyRequests",
        retryAfterSeconds: 1,
      });
    },
  },
  reconcile: {
    resource: "v1/namespaces",
    watches: {
      "v1/resourcequotas": ({ metadata }) => ofKept(metadata),
      "v1/limitranges": ({ metadata }) => ofKept(metadata),
    },
    maxConcurrentReconciles: 4,
    handle: keepNamespace,
  },
});

/** The namespace that a kept object is in; other people's objects are no concern. */
function ofKept(metadata: { readonly name?: string; readonly namespace?: string }) {
  return metadata.name === KEPT_NAME ? { name: metadata.namespace } : undefined;
}
