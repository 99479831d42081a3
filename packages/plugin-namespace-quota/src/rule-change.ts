import type { RuleConfig } from "./config.ts";
import type { Namespace, NamespaceRules, QuotaRule } from "./namespace-rules.ts";
import type { QuotaRequest } from "./request.ts";

/** Whether a rule goes by what can be changed of a namespace: all but its name. */
export function canBeLeft({ match }: RuleConfig): boolean {
  return match.labelSelector !== undefined || match.annotations !== undefined;
}

/**
 * Why a namespace cannot be changed as it is to be: it would have another quota then, or none. Undefined where it would
 * not, or is ending.
 */
export function ruleChangeDenial(
  { object, oldObject }: Pick<QuotaRequest, "object" | "oldObject">,
  rules: NamespaceRules,
): string | undefined {
  const [before, after] = [oldObject, object] as unknown as (Namespace | null)[];
  if (!before || !after || before.metadata.deletionTimestamp !== undefined) return undefined;
  const [old, next] = [rules.of(before), rules.of(after)];
  if (old === next) return undefined;
  const says = (rule: QuotaRule | undefined) =>
    rule === undefined ? "no rule" : `rule ${rules.all.indexOf(rule)}`;
  return (
    `the quota of namespace "${before.metadata.name}" goes by its labels and annotations (${says(old)}, then ` +
    `${says(next)}): they can be changed so by administrators only`
  );
}
