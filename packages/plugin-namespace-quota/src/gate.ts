import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "@gatewright/core";
import { asksForMore } from "./asks-for-more.ts";
import { KEPT_NAME } from "./kept-name.ts";
import type { NamespaceRules, Write } from "./namespace-rules.ts";
import { whyLimitRangeIsNotReady, whyQuotaIsNotReady } from "./readiness.ts";
import { nameOf, type QuotaRequest } from "./request.ts";

/** Whether a write could be counted at all, or limited, in whatever namespace. */
export function mayCount(request: QuotaRequest, write: Write, { all }: NamespaceRules): boolean {
  if (!all.some((rule) => rule.limits(write) || rule.keysOf(write).length > 0)) return false;
  const { operation, object, oldObject } = request;
  if (operation !== "UPDATE") return true;
  if (isDeepStrictEqual(specOf(object), specOf(oldObject))) return false;
  // What is on its way out is as good as gone, unless a finalizer holds it and somebody makes more of it.
  return !oldObject?.metadata?.deletionTimestamp || asksForMore(write, oldObject, object);
}

/** Why a write that may be counted must wait, in the namespace that it is for; undefined where it need not. */
export async function whyItMustWait(
  request: QuotaRequest,
  write: Write,
  rules: NamespaceRules,
  cluster: Pick<Cluster, "get">,
): Promise<string | undefined> {
  const { namespace: name = "", operation, object, oldObject } = request;
  const namespace = await cluster.get("v1/namespaces", name);
  // kube-apiserver has seen that it is there, and lets nothing be made where it is ending: one of us is behind.
  if (namespace === undefined) return "the namespace is not known yet";
  const isEnding = namespace.metadata.deletionTimestamp !== undefined;
  if (isEnding && operation === "CREATE") return "the namespace is being replaced";
  const rule = rules.of(namespace);
  if (rule === undefined) return undefined;
  // Each takes its own place, and no other's.
  if (rule.builtInNames(write.resource).includes(nameOf(request))) return undefined;
  const keys = rule.keysOf(write);
  if (isEnding) {
    // The quota goes before what finalizers hold, and does not come back.
    const isMore = keys.length > 0 && asksForMore(write, oldObject, object);
    return isMore ? "the namespace is ending" : undefined;
  }
  const within = { namespace: name };
  if (keys.length > 0) {
    const quota = await cluster.get("v1/resourcequotas", KEPT_NAME, within);
    const why = whyQuotaIsNotReady(namespace, quota, keys, rule);
    if (why !== undefined) return why;
  }
  if (!rule.limits(write)) return undefined;
  return whyLimitRangeIsNotReady(namespace, await cluster.get("v1/limitranges", KEPT_NAME, within));
}

function specOf(object: unknown): unknown {
  return (object as { readonly spec?: unknown } | null | undefined)?.spec;
}
