import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a test's kubeconfig says of its one user, cluster and context. */
export interface KubeconfigParts {
  cluster: object;
  user?: object;
}

/** Writes a kubeconfig with one context into a folder, and resolves to its path. */
export async function writeKubeconfig(
  folder: string,
  { cluster, user = {} }: KubeconfigParts,
): Promise<string> {
  const file = join(folder, "kubeconfig");
  // JSON is YAML.
  const content = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "plane", cluster }],
    users: [{ name: "me", user }],
    contexts: [{ name: "here", context: { cluster: "plane", user: "me" } }],
    "current-context": "here",
  });
  await writeFile(file, content);
  return file;
}
