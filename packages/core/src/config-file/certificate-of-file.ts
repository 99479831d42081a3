import { resolve } from "node:path";
import type { DevelopmentTlsOptions, TlsOptions } from "../server-options.ts";
import type { CertificateOpener } from "../tls/certificate-source.ts";
import { fromKubernetes } from "./from-kubernetes.ts";
import type { PluginSource } from "./import-plugin.ts";
import { serviceOfFile } from "./registration-of-file.ts";
import type { ConfigFile } from "./schema.ts";

/** Where `gatewright manifests` mounts a Secret that cert-manager fills. */
const MOUNTED = "/etc/gatewright/tls";

type SelfManaged = (options: {
  secret: { name: string };
  service: { name: string; namespace?: string };
  hosts?: readonly string[];
  leafDays?: number;
  caDays?: number;
  propagationSeconds?: number;
}) => CertificateOpener;

/** The certificate that a configuration file in `folder` names. */
export function certificateOfFile(
  file: ConfigFile & Required<Pick<ConfigFile, "tls">>,
  source: PluginSource,
  folder: string,
): TlsOptions | DevelopmentTlsOptions | CertificateOpener {
  const { secret, certManager, ...files } = file.tls;
  const name = secretNameOf(file);
  if (name !== undefined) {
    const { port: _port, ...service } = serviceOfFile(file);
    const { name: _name, ...lifetimes } = secret ?? {};
    const url = file.registration?.url;
    // Callers of a URL know the server by no Service's name.
    const hosts =
      url === undefined || !URL.canParse(url)
        ? []
        : [new URL(url).hostname.replace(/^\[|\]$/g, "")];
    return async (context) => {
      const selfManaged = await fromKubernetes<SelfManaged>(
        "selfManagedCertificate",
        "/tls/secret",
        source,
      );
      return selfManaged({ secret: { name }, service, hosts, ...lifetimes })(context);
    };
  }
  const absolute = { ...files };
  if (certManager !== undefined) {
    absolute.certFile = `${MOUNTED}/tls.crt`;
    absolute.keyFile = `${MOUNTED}/tls.key`;
    absolute.caFile = `${MOUNTED}/ca.crt`;
  }
  for (const key of PATHS) {
    const path = absolute[key];
    if (path !== undefined) absolute[key] = resolve(folder, path);
  }
  return absolute;
}

/** The Secret in which the server keeps its certificate; undefined where it is of another kind. */
export function secretNameOf(file: ConfigFile): string | undefined {
  const { secret } = file.tls ?? {};
  return secret === undefined ? undefined : (secret.name ?? `${serviceOfFile(file).name}-tls`);
}

const PATHS = ["certFile", "keyFile", "caFile", "clientCaFile", "developmentFolder"] as const;
