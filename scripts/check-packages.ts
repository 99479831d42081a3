/**
 * What a user would install is complete and its types resolve: `npm run check:packages`.
 * publint reads each tarball's package.json, attw resolves its types as users' compilers do.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { packPackages } from "./pack-packages.ts";

/** Each file of a tarball, relative to the package. */
function filesOf(tarball: string): string[] {
  const list = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" });
  return list
    .split("\n")
    .filter(Boolean)
    .map((path) => path.replace(/^package\//, ""));
}

function contentFaults(tarball: string): string[] {
  const files = filesOf(tarball);
  const missing = ["LICENSE", "README.md", "dist/index.d.ts", "src/index.ts"];
  const unwanted = /\.test\.|\.tsbuildinfo$|(?:^|\/)(?:fixtures|node_modules)\//;
  const manifest = execFileSync("tar", ["-xzOf", tarball, "package/package.json"], {
    encoding: "utf8",
  });
  return [
    ...missing.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => unwanted.test(file)).map((file) => `${file} is not for users`),
    ...(manifest.includes('"workspace:') ? ["package.json still says workspace:"] : []),
  ];
}

/** What the tool printed where it failed. */
function toolFaults(command: string, args: string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  return status === 0 ? [] : [`${command} ${args.join(" ")}\n${stdout}${stderr}`];
}

let faulty = 0;
const tarballs = packPackages(".cache/tarballs");
for (const tarball of tarballs) {
  const faults = [
    ...contentFaults(tarball),
    ...toolFaults("publint", ["run", tarball, "--strict"]),
    ...toolFaults("attw", [tarball, "--profile", "esm-only", "--format", "ascii", "--no-color"]),
  ];
  console.log(`${faults.length === 0 ? "ok    " : "FAILED"}  ${tarball}`);
  for (const fault of faults) console.error(`        ${fault}`);
  if (faults.length > 0) faulty += 1;
}
if (faulty > 0 || tarballs.length === 0) process.exitCode = 1;
