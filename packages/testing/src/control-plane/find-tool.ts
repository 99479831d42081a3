import { resolve } from "node:path";
import { buildTool } from "./build-tool.ts";
import { toolCacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { type FindToolOptions, type GoTool, type ToolBinary, toolIn } from "./go-tool.ts";
import { readToolModule } from "./modules.ts";

/**
 * Finds a program: in `KUBEBUILDER_ASSETS` where that holds one, else in the user's cache, else by
 * building it with Go 1.26 or newer into that cache.
 *
 * @throws {ControlPlaneUnavailable} where none of the three has it
 */
export async function findTool<Name extends string>(
  tool: GoTool<Name>,
  options: FindToolOptions,
): Promise<ToolBinary<Name>> {
  const { build = true, env = process.env } = options;
  if (env.KUBEBUILDER_ASSETS) {
    // Nobody says that it should be there, as with the control plane's.
    const assets = resolve(env.KUBEBUILDER_ASSETS);
    const { binaries } = await toolIn(tool, assets, "KUBEBUILDER_ASSETS");
    if (binaries) return binaries;
  }
  const { version } = await readToolModule(tool);
  const cache = toolCacheFolder(tool.name, version, env);
  const cached = await toolIn(tool, cache, "cache");
  if (cached.binaries) return cached.binaries;

  if (build) return buildTool(tool, options);
  throw new ControlPlaneUnavailable(
    "NOTHING_FOUND",
    `no ${tool.name} for tests: KUBEBUILDER_ASSETS names none, ` +
      `${cache} holds none, and building was not asked for`,
  );
}
