import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The users that a control plane knows, each with a bearer token and a kubeconfig. */
export interface Users {
  /** The file for `--token-auth-file`. */
  tokensFile: string;
  /** @throws Error naming the users there are */
  token(user: string): string;
  /** Path of the user's kubeconfig. @throws Error naming the users there are */
  kubeconfig(user: string): string;
  /** Writes the kubeconfigs, once the address and the CA file are known. */
  writeKubeconfigs(url: string, caFile: string): Promise<void>;
}

/**
 * Makes the users: `admin` in `system:masters`, who may do everything, and the given ones, who may
 * do what their groups and RBAC let them.
 *
 * @param groups groups by user name
 */
export async function createUsers(dir: string, groups: Record<string, string[]>): Promise<Users> {
  const all: Record<string, string[]> = { ...groups, admin: groups.admin ?? ["system:masters"] };
  const tokens = new Map(Object.keys(all).map((name) => [name, randomBytes(24).toString("hex")]));
  const tokensFile = join(dir, "tokens.csv");
  // Without groups there is no such column: an empty one would be a group called "".
  const lines = Object.entries(all).map(([name, of]) =>
    [tokens.get(name), name, `uid-${name}`, ...(of.length > 0 ? [of.join(",")] : [])]
      .map(quoted)
      .join(","),
  );
  await writeFile(tokensFile, `${lines.join("\n")}\n`, { mode: 0o600 });

  const token = (user: string) => {
    const known = tokens.get(user);
    if (known) return known;
    throw new Error(`no user "${user}" in this control plane: ${[...tokens.keys()].join(", ")}`);
  };
  const kubeconfigs = join(dir, "kubeconfigs");
  // A user may be called system:serviceaccount:a:b.
  const pathOf = (user: string) => join(kubeconfigs, `${encodeURIComponent(user)}.yaml`);

  return {
    tokensFile,
    token,
    kubeconfig(user) {
      token(user);
      return pathOf(user);
    },
    async writeKubeconfigs(url, caFile) {
      await mkdir(kubeconfigs, { recursive: true });
      for (const [user, secret] of tokens) {
        // JSON is YAML.
        const kubeconfig = JSON.stringify(kubeconfigOf(user, secret, url, caFile), undefined, 2);
        await writeFile(pathOf(user), kubeconfig, { mode: 0o600 });
      }
    },
  };
}

function kubeconfigOf(user: string, token: string, server: string, caFile: string) {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "gatewright", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: "gatewright", user } }],
    "current-context": user,
  };
}

/** One field of a CSV line as encoding/csv of Go reads it. */
function quoted(field = ""): string {
  return `"${field.replaceAll('"', '""')}"`;
}
