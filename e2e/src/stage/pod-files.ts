import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ControlPlane } from "@gatewright/testing/control-plane";
import type { KubeletCalls } from "./kubelet-calls.ts";
import { containerOf, type Pod } from "./pod-object.ts";

/** A pod's volumes, as folders of this machine. */
export interface PodFiles {
  /** Where a path of the container is; a path of no volume stays what it is. */
  hostPath(path: string): string;
  /** Logs in as the pod's service account; undefined where the pod has no token. */
  kubeconfig: string | undefined;
}

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Writes a pod's volumes into `folder`. Processes of one machine see one `/var/run/secrets`: the service account is in a
 * kubeconfig instead, which names the very files that a container finds there.
 *
 * @throws Error where something is not there yet: a kubelet tries again, too
 */
export async function writePodFiles(
  plane: ControlPlane,
  calls: KubeletCalls,
  pod: Pod,
  folder: string,
): Promise<PodFiles> {
  const { namespace = "" } = pod.metadata;
  const container = containerOf(pod);
  const roots = new Map<string, string>();

  const read = async (resource: string, name = ""): Promise<Record<string, string>> => {
    const path = `/api/v1/namespaces/${namespace}/${resource}/${name}`;
    const { status, body } = await calls.get(path);
    if (status !== 200) throw new Error(`${resource} "${name}" not found`);
    return (body.data ?? {}) as Record<string, string>;
  };
  const configMap = (name: string | undefined) => read("configmaps", name);
  const secret = async (name: string | undefined) => {
    const data = Object.entries(await read("secrets", name));
    return Object.fromEntries(data.map(([key, text]) => [key, Buffer.from(text, "base64")]));
  };
  type Volume = NonNullable<Pod["spec"]["volumes"]>[number];
  type Source = NonNullable<NonNullable<Volume["projected"]>["sources"]>[number];
  const projected = async (source: Source): Promise<Record<string, string>> => {
    const { serviceAccountToken: token, configMap: map, downwardAPI } = source;
    if (token) return { [token.path]: await calls.token(pod, token.expirationSeconds) };
    if (map) {
      const data = await configMap(map.name);
      const items = map.items ?? Object.keys(data).map((key) => ({ key, path: key }));
      return Object.fromEntries(items.map(({ key, path }) => [path, data[key] ?? ""]));
    }
    // The one thing that a service account's volume asks for.
    const [item] = downwardAPI?.items ?? [];
    return item === undefined ? {} : { [item.path]: namespace };
  };

  for (const { name, mountPath } of container?.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    const root = join(folder, name);
    await mkdir(root, { recursive: true });
    roots.set(mountPath, root);
    const parts: Record<string, string | Buffer>[] = [];
    if (volume?.secret) parts.push(await secret(volume.secret.secretName));
    if (volume?.configMap) parts.push(await configMap(volume.configMap.name));
    for (const source of volume?.projected?.sources ?? []) parts.push(await projected(source));
    const files: Record<string, string | Buffer> = Object.assign({}, ...parts);
    for (const [path, content] of Object.entries(files)) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { mode: 0o600 });
    }
  }

  const account = roots.get(ACCOUNT);
  return {
    hostPath(path) {
      for (const [mountPath, root] of roots) {
        if (path === mountPath || path.startsWith(`${mountPath}/`)) {
          return join(root, path.slice(mountPath.length));
        }
      }
      return path;
    },
    kubeconfig:
      account === undefined
        ? undefined
        : await writeKubeconfig(join(folder, "kubeconfig"), plane.url, account, namespace),
  };
}

async function writeKubeconfig(file: string, server: string, account: string, namespace: string) {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server, "certificate-authority": join(account, "ca.crt") } },
    ],
    users: [{ name: "u", user: { tokenFile: join(account, "token") } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace } }],
    "current-context": "x",
  };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(kubeconfig), { mode: 0o600 });
  return file;
}
