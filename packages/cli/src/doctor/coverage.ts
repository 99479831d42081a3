import type { Patient } from "./check.ts";
import { authorityOf, type Gate, type GateRule, judges } from "./gate.ts";
import type { Request } from "./request.ts";
import { covers } from "./would-call.ts";

/** Gates that judge, by who stands behind them: what one of them leaves open, another may close. */
export function judgesByAuthority({ gates }: Patient): Gate[][] {
  return [...Map.groupBy(gates.filter(judges), authorityOf).values()];
}

/** The first rule that is for a request, whatever the selectors say, and whose it is. */
export function ruleFor(
  gates: readonly Gate[],
  request: Request,
  { world }: Patient,
): { gate: Gate; rule: GateRule } | undefined {
  for (const gate of gates) {
    const rule = gate.rules.find((rule) => covers(rule, request, world, gate.matchPolicy));
    if (rule !== undefined) return { gate, rule };
  }
  return undefined;
}

/** A rule as YAML, to be written beside another one. */
export function ruleYaml(
  operations: readonly string[],
  resources: readonly string[],
  group = "",
  version = "v1",
): string {
  return `rules:
  - apiGroups: ["${group}"]
    apiVersions: ["${version}"]
    operations: [${operations.join(", ")}]
    resources: [${resources.join(", ")}]`;
}
