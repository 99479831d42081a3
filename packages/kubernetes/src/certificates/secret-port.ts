import { type ClusterConnection, ClusterError } from "@gatewright/core";
import type { Authority } from "./authority.ts";
import type { KeeperPort, SeenSecret } from "./keeper.ts";
import { type BundlesOf, type RegisteredBundle, registeredBundles } from "./registered-bundles.ts";
import {
  changedSecret,
  isOurs,
  MANAGED_BY,
  type Secret,
  SECRETS,
  secretParts,
} from "./secret-object.ts";

/** Which Secret. */
export interface SecretName {
  readonly name: string;
  readonly namespace: string;
}

/** A keeper's view of a cluster. */
export interface SecretPort extends KeeperPort {
  /** As seen last. */
  bundles(): readonly RegisteredBundle[] | undefined;
}

/** What a keeper needs, over a connection. `blind` is told why the registered webhooks cannot be seen. */
export function secretPort(
  connection: Pick<ClusterConnection, "get" | "create" | "update" | "list">,
  secret: SecretName,
  of: BundlesOf,
  authority: Authority,
  blind: (error: Error) => void,
): SecretPort {
  const { name, namespace } = secret;
  const as = { fieldManager: "gatewright" };
  let found: Secret | undefined;
  let bundles: readonly RegisteredBundle[] | undefined;
  return {
    bundles: () => bundles,
    async readSecret(): Promise<SeenSecret> {
      found = await connection.get(SECRETS, name, { namespace });
      if (found === undefined) return { is: "absent" };
      if (!isOurs(found)) return { is: "foreign", why: foreign(found, secret) };
      return { is: "ours", ...secretParts(found) };
    },
    async writeSecret(_seen, change) {
      const verb = found === undefined ? "create" : "update";
      try {
        await connection[verb](SECRETS, changedSecret(secret, found, change), as);
        return true;
      } catch (error) {
        // Another server was faster, or somebody has deleted it.
        const { status } = error as Partial<ClusterError>;
        if (error instanceof ClusterError && (status === 409 || isGone(error, verb))) return false;
        throw error;
      }
    },
    async registered() {
      try {
        bundles = await registeredBundles(connection, of);
      } catch (error) {
        bundles = undefined;
        blind(error as Error);
      }
      return bundles?.map(({ caBundle }) => authority.readCas(caBundle).cas);
    },
  };
}

/** Not where the namespace of a new one is missing. */
function isGone({ status }: ClusterError, verb: "create" | "update"): boolean {
  return status === 404 && verb === "update";
}

function foreign({ data = {} }: Secret, { name, namespace }: SecretName): string {
  const what = "tls.key" in data ? "holds a certificate of somebody else's" : "is not ours";
  return (
    `Secret ${namespace}/${name} ${what}: it has no label ${MANAGED_BY}=gatewright, so it is neither used nor changed. ` +
    "Serve it from files (tls.certFile, tls.keyFile), or name another Secret; " +
    "with the label, Gatewright takes it over and replaces it in time"
  );
}
