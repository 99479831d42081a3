import { yamlText } from "../../frame/yaml-text.ts";
import type { Files } from "../files.ts";
import type { Installation } from "../installation.ts";
import type { Manifest } from "../manifest.ts";
import { manifests } from "../manifests.ts";
import { chartValues, valuesText } from "./chart-values.ts";
import { governedInstallation } from "./governed-installation.ts";
import { governedObject } from "./governed-object.ts";
import { helpersTemplate } from "./helpers-template.ts";
import { notesTemplate } from "./notes-template.ts";
import { commentText, templateText } from "./template-text.ts";
import { valuesSchema } from "./values-schema.ts";

const CONFIG_FILE = "gatewright.yaml";

/**
 * A Helm chart of an installation, under a heading of comments, as files by their paths in it. It makes the objects that `manifests` makes, but for
 * what its values and its release say; the namespace is left to Helm. Like them it is always the same for the same
 * installation.
 *
 * @param version - of this package, which the chart has, too
 */
export function helmChart(heading: string, installation: Installation, version: string): Files {
  const files = new Map([
    ["Chart.yaml", commentText(heading) + yamlText(chart(installation, version))],
    ["values.yaml", valuesText(chartValues(installation))],
    ["values.schema.json", `${JSON.stringify(valuesSchema(installation), null, 2)}\n`],
    [CONFIG_FILE, installation.configText],
    ["templates/_helpers.tpl", helpersTemplate(CONFIG_FILE)],
    ["templates/NOTES.txt", notesTemplate(installation)],
  ]);
  for (const manifest of manifests(governedInstallation(installation))) {
    const kind = manifest.object.kind.toLowerCase();
    const paths = [kind, `${kind}-${manifest.object.metadata.namespace}`].map(
      (name) => `templates/${name}.yaml`,
    );
    const path = paths.find((free) => !files.has(free));
    if (path === undefined) throw new Error(`two objects for ${paths.join(", ")}`);
    files.set(path, templateOf(manifest, installation.usesCluster));
  }
  return files;
}

function chart({ name }: Installation, version: string) {
  return {
    apiVersion: "v2",
    name,
    description: "Admission webhooks by Gatewright, from one configuration file",
    type: "application",
    version,
    appVersion: version,
    // For matchConditions, by which a webhook leaves out what a cluster needs to recover.
    kubeVersion: ">=1.30.0-0",
  };
}

function templateOf({ object, note }: Manifest, usesCluster: boolean): string {
  const governed = governedObject(object, usesCluster);
  const text = (note === undefined ? "" : commentText(note)) + templateText(governed.object);
  return governed.condition === undefined
    ? text
    : `{{- if ${governed.condition} }}\n${text}{{- end }}\n`;
}
