import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane } from "@gatewright/testing/control-plane";
import { after } from "mocha";
import { type ClientAuthority, createClientAuthority } from "./client-authority.ts";

/** What the tests share: one control plane, and a CA whose client certificates it takes. */
export interface SharedPlane {
  plane: ControlPlane;
  authority: ClientAuthority;
  /** A new folder of its own; it goes with the plane. */
  makeFolder(): Promise<string>;
}

let starting: Promise<SharedPlane> | undefined;
let root: string | undefined;

/** Starts it for whoever asks first: it takes seconds, and 300 MB. */
export function sharedPlane(): Promise<SharedPlane> {
  starting ??= start();
  return starting;
}

// Outside of any suite: a hook of mocha's root, which runs after the last one.
after("stop the control plane", async () => {
  await (await starting)?.plane.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function start(): Promise<SharedPlane> {
  const folder = await mkdtemp(join(tmpdir(), "gatewright-kubernetes-"));
  root = folder;
  const authority = await createClientAuthority();
  const caFile = join(folder, "client-ca.crt");
  await writeFile(caFile, authority.cert);
  const plane = await startControlPlane({
    controllerManager: false,
    apiServerArgs: [`--client-ca-file=${caFile}`],
  });
  return { plane, authority, makeFolder: () => mkdtemp(join(folder, "test-")) };
}
