/**
 * Packs every package as a registry would get it: `npm run pack:packages`, or with a folder,
 * `npm run pack:packages -- FOLDER`. pnpm adds the workspace's LICENSE to each.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Empties `folder` of tarballs, packs the built packages into it and returns the tarballs' paths.
 * @throws Error where a package cannot be packed.
 */
export function packPackages(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  for (const old of globSync(`${folder}/gatewright-*.tgz`)) rmSync(old);
  const pack = ["-r", "--filter=./packages/*", "pack", "--pack-destination", resolve(folder)];
  execFileSync("npx", ["-y", "pnpm@12.21.0", ...pack], { stdio: ["ignore", "ignore", "inherit"] });
  return globSync(`${folder}/gatewright-*.tgz`).toSorted();
}

if (import.meta.main) console.log(packPackages(process.argv[2] ?? ".cache/tarballs").join("\n"));
