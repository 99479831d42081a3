import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterView } from "./cluster-view.ts";
import type { EtcdGateway } from "./etcd-gateway.ts";

/**
 * Makes the keys of etcd's tokens. Signed ones outlive a restart of the member that gave them, and
 * are as good where there is no quorum to ask.
 *
 * @returns the value for `--auth-token`
 */
export async function createAuthToken(dir: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const [priv, pub] = [join(dir, "token.key"), join(dir, "token.pub")];
  await writeFile(priv, privateKey, { mode: 0o600 });
  await writeFile(pub, publicKey);
  return `jwt,pub-key=${pub},priv-key=${priv},sign-method=ES256,ttl=24h`;
}

/** Makes the users `root` and `guest`, and turns etcd's authentication on. @returns passwords */
export async function enableAuth(
  view: ClusterView,
  gateway: EtcdGateway,
): Promise<Record<"root" | "guest", string>> {
  const secret = () => randomBytes(12).toString("hex");
  const users = { root: secret(), guest: secret() };
  for (const [name, password] of Object.entries(users)) {
    await view.callAny("/v3/auth/user/add", { name, password });
  }
  await view.callAny("/v3/auth/role/add", { name: "root" });
  await view.callAny("/v3/auth/user/grant", { user: "root", role: "root" });
  await view.callAny("/v3/auth/enable", {});
  gateway.useLogin("root", users.root);
  return users;
}
