import { version } from "../frame/version.ts";
import { type Files, kustomizeBase, yamlStream } from "./files.ts";
import type { Installation } from "./installation.ts";
import { manifests } from "./manifests.ts";

/** What `gatewright manifests` can write. */
export type Format = "yaml" | "kustomize" | "helm";

/** An installation as files: one, `manifests.yaml`, for plain YAML. */
export async function render(
  format: Format,
  installation: Installation,
  heading: string,
): Promise<Files> {
  switch (format) {
    case "yaml":
      return new Map([["manifests.yaml", yamlStream(heading, manifests(installation))]]);
    case "kustomize":
      return kustomizeBase(heading, manifests(installation));
    case "helm": {
      const { helmChart } = await import("./helm/helm-chart.ts");
      return helmChart(heading, installation, version());
    }
  }
}
