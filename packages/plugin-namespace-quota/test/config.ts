import type { Config, ConfigWritten } from "../src/config.ts";

/** A configuration with the schema's defaults filled in. */
export function configOf({ rules, ...rest }: ConfigWritten): Config {
  return {
    rules: rules.map(({ match = {}, quota = {}, ...rule }) => ({ match, quota, ...rule })),
    excludedNamespaces: ["kube-system", "kube-public", "kube-node-lease"],
    administrators: [{ kind: "Group", name: "system:masters" }],
    builtIn: { configmaps: ["kube-root-ca.crt"], serviceaccounts: ["default"] },
    settleMilliseconds: 1_000,
    ...rest,
  };
}
