import { findTool } from "./find-tool.ts";
import type { FindToolOptions, GoTool, ToolBinary } from "./go-tool.ts";

/** Where kwok is; paths are absolute. */
export type KwokBinary = ToolBinary<"kwok">;

/** The kwok that this package pins. */
export const KWOK: GoTool<"kwok"> = {
  name: "kwok",
  module: "sigs.k8s.io/kwok",
  package: "sigs.k8s.io/kwok/cmd/kwok",
  ldflags: () => "-s -w",
  cost: "one to three minutes on two cores, 300 MB of modules to fetch and 84 MB to write",
};

/**
 * Finds kwok, which plays nodes and their kubelets: in `KUBEBUILDER_ASSETS` where that holds one,
 * else in the user's cache, else by building it with Go 1.26 or newer into that cache.
 *
 * @throws {ControlPlaneUnavailable} where none of the three has it
 */
export function findKwok(options: FindToolOptions = {}): Promise<KwokBinary> {
  return findTool(KWOK, options);
}
