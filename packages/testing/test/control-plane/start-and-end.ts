// A process that starts a control plane and never stops it: it says what runs and then ends as its
// first argument says, "exit", or waits to be ended.
import { startControlPlane } from "../../src/control-plane/index.ts";

const plane = await startControlPlane({ controllerManager: false });
process.stdout.write(`${JSON.stringify({ pids: plane.pids, dir: plane.dir })}\n`, () => {
  if (process.argv[2] === "exit") process.exit(3);
});
