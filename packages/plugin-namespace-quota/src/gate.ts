import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "@gatewright/core";
import { KEPT_NAME } from "./kept-name.ts";
import type { NamespaceRules, Write } from "./namespace-rules.ts";
import { whyLimitRangeIsNotReady, whyQuotaIsNotReady } from "./readiness.ts";
import { nameOf, type QuotaRequest } from "./request.ts";

/** Whether a write could be counted at all, or limited, in whatever namespace. */
export function mayCount(request: QuotaRequest, write: Write, { all }: NamespaceRules): boolean {
  if (!all.some((rule) => rule.limits(write) || rule.keysOf(write).length > 0)) return false;
  const { operation, object, oldObject } = request;
  if (operation !== "UPDATE") return true;
  // What is on its way out asks for nothing more, nor does what asks for the same.
  if (oldObject?.metadata?.deletionTimestamp) return false;
  return !isDeepStrictEqual(specOf(object), specOf(oldObject));
}

/** Why a write that may be counted must wait, in the namespace that it is for; undefined where it need not. */
export async function whyItMustWait(
  request: QuotaRequest,
  write: Write,
  rules: NamespaceRules,
  cluster: Pick<Cluster, "get">,
): Promise<string | undefined> {
  const { namespace: name = "", operation } = request;
  const namespace = await cluster.get("v1/namespaces", name);
  // kube-apiserver has seen that it is there, and lets nothing be made where it is ending: one of us is behind.
  if (namespace === undefined) return "the namespace is not known yet";
  if (namespace.metadata.deletionTimestamp !== undefined) {
    return operation === "CREATE" ? "the namespace is being replaced" : undefined;
  }
  const rule = rules.of(namespace);
  if (rule === undefined) return undefined;
  // Each takes its own place, and no other's.
  if (rule.builtInNames(write.resource).includes(nameOf(request))) return undefined;
  const keys = rule.keysOf(write);
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
