/**
 * One-way imports: `npm run check:imports`. dependency-cruiser reads every source file; what it
 * cannot express (a file without a layer, a package that is loaded eagerly) is asked of its answer.
 */
import { globSync, readdirSync, readFileSync } from "node:fs";
import { cruise, format, type ICruiseResult, type IModule } from "dependency-cruiser";
import { coreLayers, lazyInCore, packageImports } from "./architecture.ts";
import { importRules, layerPattern } from "./import-rules.ts";

const entry = "packages/core/src/index.ts";

/** Files of core that stand in no layer or in two, and entries of the list without a file. */
function layerFaults(sources: string[]): string[] {
  const core = sources.filter(
    (source) => source.startsWith("packages/core/src/") && !source.endsWith(".test.ts"),
  );
  const faults = core.flatMap((source) => {
    const layers = coreLayers.filter(
      ({ files }) => files.length > 0 && new RegExp(layerPattern(files)).test(source),
    );
    if (layers.length === 1) return [];
    const found = layers.length === 0 ? "no layer" : layers.map(({ layer }) => layer).join(" and ");
    return [`${source}: stands in ${found}; list it once in scripts/architecture.ts`];
  });
  for (const file of coreLayers.flatMap(({ files }) => files)) {
    const pattern = new RegExp(layerPattern([file]));
    if (!core.some((source) => pattern.test(source))) {
      faults.push(`scripts/architecture.ts: "${file}" names no file of packages/core/src`);
    }
  }
  return faults;
}

/** Whether `source` imports `module` as `import type` alone, which swc's tree does not tell. */
function isTypeOnly(source: string, module: string): boolean {
  if (!source.startsWith("packages/core/src/")) return false;
  const name = module.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const value = new RegExp(`^(?:import|export)\\s+(?!type\\b)[^;]*?from "${name}"`, "m");
  const effect = new RegExp(`^import "${name}"`, "m");
  const text = readFileSync(source, "utf8");
  return !value.test(text) && !effect.test(text);
}

/** Chains of static, not type-only imports from core's entry to a package that must be lazy. */
function eagerFaults(modules: IModule[]): string[] {
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const cameFrom = new Map<string, string>([[entry, ""]]);
  const faults: string[] = [];
  for (const source of cameFrom.keys()) {
    const chain = [];
    for (let at = source; at !== ""; at = cameFrom.get(at) ?? "") chain.unshift(at);
    for (const { dynamic, module, resolved } of bySource.get(source)?.dependencies ?? []) {
      if (dynamic || isTypeOnly(source, module)) continue;
      if (lazyInCore.some((name) => module === name || module.startsWith(`${name}/`))) {
        faults.push(`${[...chain, module].join(" -> ")}: import it by \`await import()\``);
      } else if (!cameFrom.has(resolved)) {
        // A Map's iterator also visits the keys that are added on the way.
        cameFrom.set(resolved, source);
      }
    }
  }
  return faults;
}

/** dependency-cruiser's walker stops at `await using`, which only tests have. */
function hasUsing(file: string): boolean {
  return file.endsWith(".test.ts") && /\bawait using\b/.test(readFileSync(file, "utf8"));
}

const unlisted = readdirSync("packages").filter((name) => !(name in packageImports));
const sources = globSync([
  "packages/*/src/**/*.ts",
  "examples/server/src/**/*.ts",
  "{e2e,bench,scripts}/**/*.ts",
]).filter((file) => !hasUsing(file));

const { output } = await cruise(sources, {
  parser: "swc",
  validate: true,
  ruleSet: { forbidden: importRules() },
  doNotFollow: { path: ["node_modules", "/dist/"] },
  combinedDependencies: false,
  enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node"] },
});
const result = output as ICruiseResult;
const { output: report, exitCode } = await format(result, { outputType: "err-long" });
if (exitCode !== 0) console.error((report as string).trimEnd());

const faults = [
  ...unlisted.map((name) => `packages/${name}: say in scripts/architecture.ts what it may import`),
  ...layerFaults(result.modules.map(({ source }) => source)),
  ...eagerFaults(result.modules),
];
for (const fault of faults) console.error(`  error ${fault}`);
console.log(
  `${result.summary.totalCruised} modules, ${result.summary.error + faults.length} faults`,
);
if (exitCode !== 0 || faults.length > 0) process.exitCode = 1;
