import { findTool } from "./find-tool.ts";
import type { FindToolOptions, GoTool, ToolBinary } from "./go-tool.ts";

/** Where helm is; paths are absolute. */
export type HelmBinary = ToolBinary<"helm">;

// What helm takes for the cluster's version where it asks none, as its own Makefile has it: that of
// the client-go in its go.mod. Unset it is 1.20, which charts refuse.
const kubernetesMinor = 35;

/** The helm that this package pins. */
export const HELM: GoTool<"helm"> = {
  name: "helm",
  module: "helm.sh/helm/v3",
  package: "helm.sh/helm/v3/cmd/helm",
  ldflags: (version) =>
    [
      "-s -w",
      `-X helm.sh/helm/v3/internal/version.version=v${version}`,
      ...["chartutil", "lint/rules"].flatMap((at) => [
        `-X helm.sh/helm/v3/pkg/${at}.k8sVersionMajor=1`,
        `-X helm.sh/helm/v3/pkg/${at}.k8sVersionMinor=${kubernetesMinor}`,
      ]),
    ].join(" "),
  cost: "one to three minutes on two cores, 300 MB of modules to fetch and 74 MB to write",
};

/**
 * Finds helm, which renders and installs charts: in `KUBEBUILDER_ASSETS` where that holds one, else
 * in the user's cache, else by building it with Go 1.26 or newer into that cache.
 *
 * @throws {ControlPlaneUnavailable} where none of the three has it
 * @example
 * const { helm } = await findHelm();
 * execFileSync(helm, ["template", "web", "./chart"]);
 */
export function findHelm(options: FindToolOptions = {}): Promise<HelmBinary> {
  return findTool(HELM, options);
}
