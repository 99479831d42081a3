import type { InspectedConfigFile, PolicyRule, ServerDescription } from "@gatewright/core";
import type { Installation } from "./installation.ts";

/** What the server may do in the cluster, and where: what its plugins declare and what it needs itself, no more. */
export async function accessOf(
  { file, registration, secretName }: InspectedConfigFile,
  { policyRules }: ServerDescription,
  { name, namespace }: { name: string; namespace: string },
): Promise<Pick<Installation, "clusterRules" | "namespacedRules" | "usesCluster">> {
  const { cluster, leases } = apart(policyRules);
  const own: PolicyRule[] = [];
  // It loads no client; who needs none of it does not load it either.
  if (secretName !== undefined) {
    const { certificateClusterPolicyRules, certificatePolicyRules } = await import(
      "@gatewright/kubernetes"
    );
    own.push(...certificatePolicyRules({ name: secretName, namespace }));
    // Part of what a registration may do anyway.
    if (file.registration === undefined) cluster.push(...certificateClusterPolicyRules());
  }
  if (file.registration !== undefined) {
    const { registrationPolicyRules } = await import("@gatewright/kubernetes");
    const needed = registrationPolicyRules({
      name: registration.name,
      namespace,
      deployment: name,
      clusterRole: name,
    });
    cluster.push(...needed.cluster);
    own.push(...needed.namespace);
  }
  const byNamespace = new Map([[namespace, own]]);
  const elsewhere = file.leaderElection?.namespace ?? namespace;
  byNamespace.set(elsewhere, [...leases, ...(byNamespace.get(elsewhere) ?? [])]);
  const namespacedRules = [...byNamespace].map(([where, rules]) => ({
    namespace: where,
    rules: once(rules),
  }));
  const all = [...cluster, ...namespacedRules.flatMap(({ rules }) => rules)];
  return { clusterRules: cluster, namespacedRules, usesCluster: all.length > 0 };
}

/**
 * Rules for the plugins' Leases, which are all in one namespace, apart from what plugins declared. Core puts them last: to
 * create any, and to hold those with the plugins' names.
 */
function apart(rules: readonly PolicyRule[]): { cluster: PolicyRule[]; leases: PolicyRule[] } {
  const last = rules.at(-1);
  const held = last?.resources[0] === "leases" && last.resourceNames !== undefined;
  const from = held ? rules.length - 2 : rules.length;
  return { cluster: rules.slice(0, from), leases: rules.slice(from) };
}

/** Each rule once: to create Leases is asked for by plugins and by the registration. */
function once(rules: readonly PolicyRule[]): PolicyRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
