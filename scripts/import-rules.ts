/** The rules of `architecture.ts`, in the words of dependency-cruiser. */
import { builtinModules } from "node:module";
import type { IForbiddenRuleType } from "dependency-cruiser";
import {
  bundledInCore,
  clientsForbiddenInCore,
  coreLayers,
  packageImports,
  pluginClients,
} from "./architecture.ts";

const coreSource = "^packages/core/src/";
const testFile = "\\.test\\.ts$";

/** Tests and what they share: never published, so never imported by what is. */
const testOnly = [testFile, "^packages/[^/]+/test/", "^(?:e2e|bench)/"];

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const anyOf = (names: readonly string[]) => `(?:${names.map(escape).join("|")})`;

/** Matches a package from npm, whether it was found (a path) or not (its bare name). */
const fromNpm = (names: readonly string[]) => `(?:^|node_modules/)${anyOf(names)}(?:/|$)`;

/** Matches the files of one layer: a folder by its prefix, a file by its whole name. */
export function layerPattern(files: readonly string[]): string {
  const entries = files.map((entry) => escape(entry) + (entry.endsWith("/") ? "" : "$"));
  return `${coreSource}(?:${entries.join("|")})`;
}

function layerRules(): IForbiddenRuleType[] {
  const layers = coreLayers.filter(({ files }) => files.length > 0);
  return layers.slice(1).map(({ layer, files }, index) => ({
    name: `core-layer-${layer}`,
    comment: `"${layer}" imports only its own layer and those after it (scripts/architecture.ts).`,
    severity: "error",
    from: { path: layerPattern(files), pathNot: testFile },
    to: { path: layerPattern(layers.slice(0, index + 1).flatMap((outer) => outer.files)) },
  }));
}

function packageRules(): IForbiddenRuleType[] {
  return Object.entries(packageImports).map(([name, allowed]) => ({
    name: `${name}-imports`,
    comment: `Of this workspace, packages/${name} imports only: ${allowed.join(", ") || "nothing"}.`,
    severity: "error",
    from: { path: `^packages/${escape(name)}/src/`, pathNot: testFile },
    to: {
      path: "^(?:packages|examples|e2e|bench|scripts)/",
      pathNot: [
        `^packages/${escape(name)}/src/`,
        ...allowed.map((other) => `^packages/${escape(other)}/`),
      ],
    },
  }));
}

function pluginRules(): IForbiddenRuleType[] {
  const plugins = Object.keys(packageImports).filter(
    (name) => name.startsWith("plugin-") || name in pluginClients,
  );
  return plugins.map((name) => ({
    name: `${name}-clients`,
    comment:
      "A plugin imports @gatewright/core and the client of its own field, named in scripts/architecture.ts.",
    severity: "error",
    from: { path: `^packages/${escape(name)}/src/`, pathNot: testFile },
    to: {
      dependencyTypesNot: ["core"],
      pathNot: ["^packages/", ...(pluginClients[name] ?? []).map((client) => fromNpm([client]))],
    },
  }));
}

/** Every rule that dependency-cruiser checks one import at a time. */
export function importRules(): IForbiddenRuleType[] {
  return [
    ...layerRules(),
    ...packageRules(),
    ...pluginRules(),
    {
      name: "no-circle",
      comment: "Two files that need each other are one file, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "not-found",
      comment: "The import leads nowhere. If it names a package of this workspace, build first.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: `^(?:node:)?${anyOf(builtinModules)}$` },
    },
    {
      name: "not-in-package-json",
      comment: "Published source imports only what its own package.json lists for its users.",
      severity: "error",
      from: { path: "^(?:packages|examples)/[^/]+/src/", pathNot: testFile },
      to: {
        dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"],
        pathNot: fromNpm(bundledInCore),
      },
    },
    {
      name: "no-client-in-core",
      comment: "Core runs without a cluster: clients belong to the packages that talk to one.",
      severity: "error",
      from: { path: coreSource },
      to: { path: fromNpm(clientsForbiddenInCore) },
    },
    {
      name: "no-path-into-another-package",
      comment: "Another package is imported by its name: its entry is all it promises.",
      severity: "error",
      from: { path: "^((?:packages|examples)/[^/]+|e2e|bench|scripts)/" },
      to: { path: "^(?:packages|examples)/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "no-import-of-a-test",
      comment: "Only tests import tests, and what tests share.",
      severity: "error",
      from: { pathNot: testOnly },
      to: { path: testOnly },
    },
  ];
}
