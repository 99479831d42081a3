import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildInto, copyModule } from "./build-into.ts";
import { toolCacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { findGo, goBuild, goEnvironment } from "./go-build.ts";
import { type FindToolOptions, type GoTool, type ToolBinary, toolIn } from "./go-tool.ts";
import { logToStderr } from "./log.ts";
import { readToolModule } from "./modules.ts";
import type { OrphanGuard } from "./orphan-guard.ts";

/**
 * Builds a program with Go 1.26 or newer into a folder of its own in the user's cache, unless it is
 * there by then.
 *
 * @throws {ControlPlaneUnavailable} `NOTHING_FOUND` without a Go to build with, `BUILD_FAILED`
 *   where it fails
 */
export async function buildTool<Name extends string>(
  tool: GoTool<Name>,
  { log = logToStderr, env: userEnv = process.env }: FindToolOptions,
): Promise<ToolBinary<Name>> {
  const env = goEnvironment(userEnv);
  const { folder: module, version } = await readToolModule(tool);
  const { name } = tool;
  const folder = toolCacheFolder(name, version, userEnv);

  const go = await findGo(module, env);
  if (go.version === undefined) {
    throw new ControlPlaneUnavailable(
      "NOTHING_FOUND",
      `no ${name} for tests: KUBEBUILDER_ASSETS names none, ${folder} holds none, ` +
        `and it cannot be built: ${go.why}. Set KUBEBUILDER_ASSETS to a folder that also holds ` +
        `${name} ${version}, or install Go 1.26 or newer.`,
    );
  }
  const build = async (workspace: string, guard: OrphanGuard) => {
    log(`Building ${name} ${version} with ${go.version} into ${folder}: once, ${tool.cost}.`);
    const made = join(workspace, "bin");
    await mkdir(made);
    await goBuild({
      what: `${name} ${version}`,
      cwd: await copyModule(workspace, module),
      package: tool.package,
      output: join(made, name),
      ldflags: tool.ldflags(version),
      ...{ env, guard, log },
    });
    return made;
  };
  try {
    return await buildInto({ folder, look: (from) => toolIn(tool, folder, from), build, log });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ControlPlaneUnavailable("BUILD_FAILED", `building ${name} for tests failed: ${why}`, {
      cause: error,
    });
  }
}
