// Run as `node build.js`: makes sure of the binaries and prints the folder that holds them, so that
// a test run pays for the build before its first time limit starts to count. `node build.js kwok`
// and `node build.js helm` do so for these.
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findControlPlane } from "./find-control-plane.ts";
import { findHelm } from "./find-helm.ts";
import { findKwok } from "./find-kwok.ts";

const programs: Partial<Record<string, () => Promise<{ folder: string }>>> = {
  kwok: findKwok,
  helm: findHelm,
};

try {
  const find = programs[process.argv[2] ?? ""] ?? findControlPlane;
  const { folder } = await find();
  process.stdout.write(`${folder}\n`);
} catch (error) {
  if (!(error instanceof ControlPlaneUnavailable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
