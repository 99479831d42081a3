// Run as `node build.js`: makes sure of the binaries and prints the folder that holds them, so that
// a test run pays for the build before its first time limit starts to count.
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findControlPlane } from "./find-control-plane.ts";

try {
  const { folder } = await findControlPlane();
  process.stdout.write(`${folder}\n`);
} catch (error) {
  if (!(error instanceof ControlPlaneUnavailable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
