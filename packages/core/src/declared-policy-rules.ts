import { didYouMean } from "./did-you-mean.ts";
import type { AnyPluginDefinition } from "./plugin.ts";
import type { PolicyRule } from "./policy-rule.ts";

const KEYS = ["apiGroups", "resources", "verbs", "resourceNames"];

/**
 * The rules that a plugin declares beside `reads` and `writes`, under its configuration; or what is wrong with them, each
 * with what to write instead.
 */
export function declaredPolicyRules(
  { policyRules }: AnyPluginDefinition,
  config: unknown,
): { rules: readonly PolicyRule[] } | string[] {
  let declared: unknown = policyRules ?? [];
  try {
    if (typeof policyRules === "function") declared = policyRules(config);
  } catch (error) {
    return [`policyRules threw: ${String(error)}`];
  }
  if (!Array.isArray(declared)) return [`policyRules must be a list of rules: [${EXAMPLE}]`];
  const wrong = declared.flatMap((rule: unknown, index) => misdeclared(rule, index));
  if (wrong.length > 0) return wrong;
  return { rules: structuredClone(declared) as PolicyRule[] };
}

const EXAMPLE =
  '{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"], resourceNames: ["edit"] }';

function misdeclared(rule: unknown, index: number): string[] {
  const at = `policyRules[${index}]`;
  if (typeof rule !== "object" || rule === null) return [`${at} must be a rule: ${EXAMPLE}`];
  const { apiGroups, resources, verbs, resourceNames } = rule as Record<string, unknown>;
  const unknown = Object.keys(rule)
    .filter((key) => !KEYS.includes(key))
    .map(
      (key) => `${at}: unknown key "${key}"${didYouMean(key, KEYS)}; known are ${KEYS.join(", ")}`,
    );
  const isOne = (list: unknown) => isTexts(list) && list.length === 1;
  return [
    ...unknown,
    ...(isOne(apiGroups) ? [] : [`${at}.apiGroups must be one group: [""]`]),
    ...(isOne(resources) ? [] : [`${at}.resources must be one resource: ["clusterroles"]`]),
    ...(isTexts(verbs) && verbs.length > 0 ? [] : [`${at}.verbs must be verbs of RBAC: ["bind"]`]),
    ...(resourceNames === undefined || (isTexts(resourceNames) && resourceNames.length > 0)
      ? []
      : [`${at}.resourceNames must be names: ["edit"]; left out, it is about all`]),
    ...([apiGroups, resources, verbs].some((list) => isTexts(list) && list.includes("*"))
      ? [`${at} may not say "*": name what is needed`]
      : []),
  ];
}

function isTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((one) => typeof one === "string");
}
