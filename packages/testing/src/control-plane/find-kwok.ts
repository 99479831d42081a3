import { resolve } from "node:path";
import { buildKwok } from "./build-kwok.ts";
import { kwokCacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { type FindKwokOptions, type KwokBinary, kwokIn } from "./kwok-binary.ts";
import { readKwokModule } from "./modules.ts";

/**
 * Finds kwok, which plays nodes and their kubelets: in `KUBEBUILDER_ASSETS` where that holds one,
 * else in the user's cache, else by building it with Go 1.26 or newer into that cache.
 *
 * @throws {ControlPlaneUnavailable} where none of the three has it
 */
export async function findKwok(options: FindKwokOptions = {}): Promise<KwokBinary> {
  const { build = true, env = process.env } = options;
  if (env.KUBEBUILDER_ASSETS) {
    // Nobody says that it should be there, as with the control plane's.
    const { binaries } = await kwokIn(resolve(env.KUBEBUILDER_ASSETS), "KUBEBUILDER_ASSETS");
    if (binaries) return binaries;
  }
  const { version } = await readKwokModule();
  const cache = kwokCacheFolder(version, env);
  const cached = await kwokIn(cache, "cache");
  if (cached.binaries) return cached.binaries;

  if (build) return buildKwok(options);
  throw new ControlPlaneUnavailable(
    "NOTHING_FOUND",
    "no kwok for tests: KUBEBUILDER_ASSETS names none, " +
      `${cache} holds none, and building was not asked for`,
  );
}
