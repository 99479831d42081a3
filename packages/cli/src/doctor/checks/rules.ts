import { builtinResources } from "../builtin-resources.ts";
import type { Check, Hit, Patient } from "../check.ts";
import { ruleYaml } from "../coverage.ts";
import { type Gate, type GateRule, titleOf, whereOf } from "../gate.ts";
import type { World } from "../world.ts";

const API_RULES =
  "kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1/";

/** Each resource that a rule names by itself, in each group it names by itself. */
export function* namedResources({ groups, resources }: GateRule) {
  for (const group of groups) {
    for (const pattern of resources) {
      const [resource = "", subresource = ""] = pattern.split("/");
      if (group === "*" || resource === "*" || resource === "") continue;
      yield { group, resource, subresource, pattern };
    }
  }
}

export function* rulesOf(gates: readonly Gate[]): Iterable<{ gate: Gate; rule: GateRule }> {
  for (const gate of gates) for (const rule of gate.rules) yield { gate, rule };
}

/** Versions that everybody gets: betas are off unless they are asked for. */
export function stableVersions(world: World, group: string, resource: string): readonly string[] {
  const served = world.resource(group, resource);
  if (served === undefined || served === "none") return [];
  const stable = served.versions.filter((version) => /^v\d+$/.test(version));
  return stable.length > 0 ? stable : served.versions;
}

/** Rules that are never met, or not by all that they are meant for. */
export const ruleChecks: readonly Check[] = [
  {
    id: "GWD120-exact",
    severity: "warning",
    title: "matchPolicy Exact, and a version that the rule does not name",
    why: "With Exact, a request in another version of the same resource is not matched: whoever writes autoscaling/v1 gets by a rule for autoscaling/v2. Equivalent converts it.",
    source: `${API_RULES} (matchPolicy)`,
    fix: "matchPolicy: Equivalent",
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const { gate, rule } of rulesOf(gates)) {
        if (gate.matchPolicy !== "Exact" || rule.versions.includes("*")) continue;
        const seen = new Set<string>();
        for (const { group, resource } of namedResources(rule)) {
          const missed = stableVersions(world, group, resource).filter(
            (version) => !rule.versions.includes(version),
          );
          const versions = `${group}/${missed.join(", ")}`;
          if (missed.length === 0 || seen.has(resource)) continue;
          seen.add(resource);
          yield {
            where: whereOf(gate, rule.pointer),
            what: `${titleOf(gate)} does not see ${resource} of ${versions}`,
          };
        }
      }
    },
  },
  {
    id: "GWD121-version-not-served",
    severity: "error",
    title: "a rule for versions that no API server serves any more",
    why: "A rule is met by requests for versions that are served, and by those that convert to one of them; versions that were removed are neither.",
    source: "kubernetes.io/docs/reference/using-api/deprecation-guide/",
    fix: ruleYaml(["CREATE", "UPDATE"], ["ingresses"], "networking.k8s.io", "v1"),
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const { gate, rule } of rulesOf(gates)) {
        for (const { group, resource } of namedResources(rule)) {
          const served = world.resource(group, resource);
          if (served === undefined || served === "none" || rule.versions.length === 0) continue;
          if (rule.versions.some((v) => v === "*" || served.versions.includes(v))) continue;
          const of = group === "" ? resource : `${resource}.${group}`;
          yield {
            where: whereOf(gate, rule.pointer),
            what: `${titleOf(gate)} asks for ${of} of ${rule.versions.join(", ")}; served is ${served.versions.join(", ")}`,
            fix: ruleYaml(rule.operations, [resource], group, served.versions[0]),
          };
          break;
        }
      }
    },
  },
  {
    id: "GWD122-unknown-resource",
    severity: "error",
    title: "a rule for a resource that does not exist",
    why: "Rules name resources as URLs do: plural, lower case, in the group of the request, which for an Eviction is that of the pod. What does not exist is never asked about.",
    source: `${API_RULES} (rules)`,
    fix: ruleYaml(["CREATE"], ["pods", "pods/eviction"]),
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const { gate, rule } of rulesOf(gates)) {
        for (const { group, resource, subresource, pattern } of namedResources(rule)) {
          const served = world.resource(group, resource);
          if (served === undefined) continue;
          const isKnown =
            served !== "none" &&
            (subresource === "" ||
              subresource === "*" ||
              served.subresources.includes(subresource));
          // A rule of several groups and resources is meant for those pairs that there are.
          if (isKnown || existsElsewhere(rule, pattern, world)) continue;
          const meant = meantBy(resource, subresource);
          yield {
            where: whereOf(gate, rule.pointer),
            what: `${titleOf(gate)} asks for ${pattern} of the group "${group}", which is not served${meant === undefined ? "" : `: ${meant.text} is`}`,
            ...(meant === undefined
              ? { severity: "warning" as const }
              : { fix: ruleYaml(rule.operations, [meant.pattern], meant.group, meant.version) }),
          };
        }
      }
    },
  },
  {
    id: "GWD123-scope",
    severity: "error",
    title: "a rule whose scope its resources do not have",
    why: "scope: Namespaced leaves out resources without namespaces, and Namespaces themselves; scope: Cluster leaves out all others.",
    source: `${API_RULES} (rules.scope)`,
    fix: `rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [namespaces]
    scope: Cluster`,
    *find({ gates, world }: Patient): Iterable<Hit> {
      for (const { gate, rule } of rulesOf(gates)) {
        if (rule.scope === "*") continue;
        for (const { group, resource } of namedResources(rule)) {
          const served = world.resource(group, resource);
          if (served === undefined || served === "none") continue;
          const scope = served.namespaced ? "Namespaced" : "Cluster";
          if (scope === rule.scope) continue;
          yield {
            where: whereOf(gate, `${rule.pointer}/scope`),
            what: `${titleOf(gate)} is never asked about ${resource}: their scope is ${scope}`,
            fix: `scope: ${scope}`,
          };
        }
      }
    },
  },
];

/** Whether another group of the same rule has the resource. */
function existsElsewhere(rule: GateRule, pattern: string, world: World): boolean {
  const [resource = "", subresource = ""] = pattern.split("/");
  return rule.groups.some((group) => {
    const served = world.resource(group, resource);
    if (served === "none") return false;
    if (served === undefined) return group !== "*" && rule.groups.length > 1;
    return subresource === "" || subresource === "*" || served.subresources.includes(subresource);
  });
}

/** What somebody may have meant: another group's, another spelling's. */
function meantBy(resource: string, subresource: string) {
  const lower = resource.toLowerCase();
  const spellings = [lower, `${lower}s`, `${lower}es`, lower.replace(/y$/, "ies")];
  const found = builtinResources.find((served) => spellings.includes(served.resource));
  if (found === undefined || (subresource !== "" && !found.subresources.includes(subresource))) {
    return undefined;
  }
  const pattern = subresource === "" ? found.resource : `${found.resource}/${subresource}`;
  const { group, versions } = found;
  return {
    pattern,
    group,
    version: versions[0] ?? "v1",
    text: `${pattern} of the group "${group}"`,
  };
}
