import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildInto, copyModule } from "./build-into.ts";
import { kwokCacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findGo, goBuild, goEnvironment } from "./go-build.ts";
import { type FindKwokOptions, type KwokBinary, kwokIn } from "./kwok-binary.ts";
import { logToStderr } from "./log.ts";
import { readKwokModule } from "./modules.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/**
 * Builds kwok with Go 1.26 or newer into a folder of its own in the user's cache, unless it is
 * there by then.
 *
 * @throws {ControlPlaneUnavailable} `NOTHING_FOUND` without a Go to build with, `BUILD_FAILED`
 *   where it fails
 */
export async function buildKwok({
  log = logToStderr,
  env: userEnv = process.env,
}: FindKwokOptions = {}): Promise<KwokBinary> {
  const env = goEnvironment(userEnv);
  const module = await readKwokModule();
  const folder = kwokCacheFolder(module.version, userEnv);

  const go = await findGo(module.folder, env);
  if (go.version === undefined) {
    throw new ControlPlaneUnavailable(
      "NOTHING_FOUND",
      `no kwok for tests: KUBEBUILDER_ASSETS names none, ${folder} holds none, ` +
        `and it cannot be built: ${go.why}. Set KUBEBUILDER_ASSETS to a folder that also holds ` +
        `kwok ${module.version}, or install Go 1.26 or newer.`,
    );
  }
  const build = async (workspace: string, guard: OrphanGuard) => {
    log(
      `Building kwok ${module.version} with ${go.version} into ${folder}: ` +
        "once, one to three minutes on two cores, 300 MB of modules to fetch and 84 MB to write.",
    );
    const made = join(workspace, "bin");
    await mkdir(made);
    await goBuild({
      what: `kwok ${module.version}`,
      cwd: await copyModule(workspace, module.folder),
      package: "sigs.k8s.io/kwok/cmd/kwok",
      output: join(made, "kwok"),
      ldflags: "-s -w",
      ...{ env, guard, log },
    });
    return made;
  };
  try {
    return await buildInto({ folder, look: (from) => kwokIn(folder, from), build, log });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ControlPlaneUnavailable("BUILD_FAILED", `building kwok for tests failed: ${why}`, {
      cause: error,
    });
  }
}
