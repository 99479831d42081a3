/**
 * Makes `packages/core/dist/bundle` of what `tsc` emitted: one file instead of a hundred, with Koa and
 * its router inside. Finding and compiling their files takes longer than all else in a start
 * (`docs/decisions/0004-core-is-bundled.md`). What is loaded lazily stays a package of its own.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const core = fileURLToPath(new URL("../packages/core/", import.meta.url));
const outdir = join(core, "dist/bundle");
const fromCore = createRequire(join(core, "package.json"));

const onlyWhatIsNeeded: Plugin = {
  name: "only-what-is-needed",
  setup({ onResolve, onLoad }) {
    // Its ES module imports "node:http" as one, for which Node loads all of undici.
    onResolve({ filter: /^@koa\/router$/ }, () => ({ path: fromCore.resolve("@koa/router") }));
    // As an ES module, a part of Node is read with every getter it has; required, it is not.
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "node" }));
    onLoad({ filter: /^node:/, namespace: "node" }, ({ path }) => ({
      contents: `module.exports = requireOfBundle(${JSON.stringify(path)});`,
    }));
    // The database of all media types is parsed at import, twice, for answers that are JSON or text.
    onResolve({ filter: /^mime-types$/ }, () => ({ path: "mime-types", namespace: "lazy" }));
    onLoad({ filter: /^mime-types$/, namespace: "lazy" }, () => ({ contents: lazyMimeTypes }));
  },
};

const lazyMimeTypes = `
const load = () => requireOfBundle("mime-types");
for (const name of ["charset", "contentType", "extension", "lookup"]) {
  exports[name] = (...parameters) => load()[name](...parameters);
}`;

const { dependencies } = JSON.parse(readFileSync(join(core, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

const { metafile } = await build({
  entryPoints: ["dist/index.js", "dist/certificates.js"].map((file) => join(core, file)),
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.18",
  sourcemap: true,
  metafile: true,
  logLevel: "warning",
  // What is inlined are its devDependencies.
  external: Object.keys(dependencies),
  plugins: [onlyWhatIsNeeded],
  // What is inlined is CommonJS, and asks for Node's own modules.
  banner: {
    js: [
      'import { createRequire as createRequireOfBundle } from "node:module";',
      "const requireOfBundle = createRequireOfBundle(import.meta.url);",
      "const require = requireOfBundle;",
    ].join("\n"),
  },
});
writeFileSync(join(outdir, "THIRD-PARTY-LICENSES.txt"), licensesOf(Object.keys(metafile.inputs)));

/** The licenses of all packages that `files` are of: they ask to go where their code goes. */
function licensesOf(files: readonly string[]): string {
  const folders = new Set(
    files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...folders].sort().map(licenseOf).join("\n");
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as { name: string; version: string; license: string };
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${textOf(folder)}\n`;
}

function textOf(folder: string): string {
  const names = readdirSync(folder);
  // Where there is no such file, the license stands in the readme.
  const name =
    names.find((file) => /^licen[cs]e/i.test(file)) ?? names.find((file) => /^readme/i.test(file));
  if (name === undefined) throw new Error(`${folder}: no license text, so it cannot be bundled`);
  return readFileSync(join(folder, name), "utf8").trim();
}
