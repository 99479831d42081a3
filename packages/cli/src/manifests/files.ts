import { yamlText } from "../frame/yaml-text.ts";
import type { Manifest } from "./manifest.ts";

/** Files of a folder, by their paths in it. */
export type Files = ReadonlyMap<string, string>;

/** Objects as one stream of YAML documents, under a heading of comments. */
export function yamlStream(heading: string, manifests: readonly Manifest[]): string {
  return comment(heading) + manifests.map((manifest) => `---\n${yamlOf(manifest)}`).join("");
}

/** Objects as a kustomize base: a file for each, and the list of them in the order they are applied. */
export function kustomizeBase(heading: string, manifests: readonly Manifest[]): Files {
  const files = new Map<string, string>();
  for (const manifest of manifests) {
    const { kind, metadata } = manifest.object;
    const short = `${kind.toLowerCase()}.yaml`;
    const name = files.has(short)
      ? `${kind.toLowerCase()}-${metadata.namespace ?? metadata.name}.yaml`
      : short;
    files.set(name, yamlOf(manifest));
  }
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...files.keys()],
  };
  return new Map([["kustomization.yaml", comment(heading) + yamlText(kustomization)], ...files]);
}

function yamlOf({ object, note }: Manifest): string {
  return (note === undefined ? "" : comment(note)) + yamlText(object);
}

function comment(text: string): string {
  return text.replaceAll(/^.*$/gm, (line) => (line === "" ? "#" : `# ${line}`)) + "\n";
}
