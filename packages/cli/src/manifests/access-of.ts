import type { InspectedConfigFile, PolicyRule, ServerDescription } from "@gatewright/core";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import type { Installation } from "./installation.ts";

/** What the server may do in the cluster, and where: what its plugins declare and what it needs itself, no more. */
export async function accessOf(
  { file, registration, secretName }: InspectedConfigFile,
  { policyRules }: ServerDescription,
  { name, namespace }: { name: string; namespace: string },
): Promise<Pick<Installation, "clusterRules" | "namespacedRules" | "usesCluster">> {
  const { cluster, leases } = apart(policyRules);
  const own: PolicyRule[] = [];
  if (secretName !== undefined) {
    type Rules = (secret: { name: string; namespace: string }) => PolicyRule[];
    const certificatePolicyRules = await fromKubernetes<Rules>("certificatePolicyRules");
    own.push(...certificatePolicyRules({ name: secretName, namespace }));
  }
  if (file.registration !== undefined) {
    type Rules = (access: {
      name: string;
      namespace: string;
      deployment: string;
      clusterRole: string;
    }) => { cluster: PolicyRule[]; namespace: PolicyRule[] };
    const registrationPolicyRules = await fromKubernetes<Rules>("registrationPolicyRules");
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
  const namespacedRules = [...byNamespace].map(([where, rules]) => ({ namespace: where, rules }));
  const all = [...cluster, ...namespacedRules.flatMap(({ rules }) => rules)];
  return { clusterRules: cluster, namespacedRules, usesCluster: all.length > 0 };
}

/**
 * Rules for the plugins' Leases, which are all in one namespace, apart from what plugins declared. Core puts them last: to
 * create any, and to hold those with the plugins' names. What plugins declare names no objects.
 */
function apart(rules: readonly PolicyRule[]): { cluster: PolicyRule[]; leases: PolicyRule[] } {
  const held = rules.at(-1)?.resourceNames !== undefined;
  const from = held ? rules.length - 2 : rules.length;
  return { cluster: rules.slice(0, from), leases: rules.slice(from) };
}

/** A function of the package that talks to clusters, which is loaded by those alone that need it. */
async function fromKubernetes<F>(name: string): Promise<F> {
  const module = (await import("@gatewright/kubernetes")) as Record<string, unknown>;
  const found = module[name];
  if (typeof found === "function") return found as F;
  const message = `@gatewright/kubernetes has no ${name}: install it in the version of gatewright`;
  throw new CommandError(message, exitCodes.wrongUsage);
}
