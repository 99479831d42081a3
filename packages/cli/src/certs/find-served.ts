import { resolve } from "node:path";
import type { ClusterConnection } from "@gatewright/core";
import type { Secret } from "@gatewright/kubernetes/certificates";
import { CommandError } from "../frame/command-error.ts";
import { exitCodes } from "../frame/exit-codes.ts";
import { readInputFile } from "../frame/input-file.ts";
import type { Terminal } from "../frame/terminal.ts";
import { certificatesIn } from "./certificate-facts.ts";
import type { Found } from "./show-report.ts";
import type { NamedCertificate } from "./which-certificate.ts";

/** What is looked at without a cluster. */
export async function foundInFiles(
  { cwd }: Pick<Terminal, "cwd">,
  certFile: string,
  caFile: string | undefined,
): Promise<Found> {
  return {
    chain: await readInputFile(resolve(cwd, certFile), certFile),
    from: caFile === undefined ? certFile : `${certFile} and ${caFile}`,
    bundle: caFile === undefined ? "" : await readInputFile(resolve(cwd, caFile), caFile),
    host: undefined,
    webhooks: [],
    rotation: undefined,
    problems: [],
  };
}

/** What is in the cluster; and, where an address is given, what is served there. */
export async function foundInCluster(
  connection: ClusterConnection,
  { secret, service, hosts }: NamedCertificate,
  address: string | undefined,
): Promise<Found> {
  const { KEYS, ROTATE, registeredBundles, SECRETS, secretParts } = await import(
    "@gatewright/kubernetes/certificates"
  );
  const where = `Secret ${secret.namespace}/${secret.name}`;
  const host = `${service.name}.${service.namespace}.svc`;
  const kept: Secret | undefined = await connection.get(SECRETS, secret.name, {
    namespace: secret.namespace,
  });
  const served = address === undefined ? undefined : await servedAt(address, host);
  if (kept === undefined && served === undefined) {
    const message = `there is no ${where}; --namespace and --secret, or deployment.namespace and tls.secret.name in the file, name another\n--connect host:port looks at what a server serves`;
    throw new CommandError(message, exitCodes.refused);
  }
  const { data = {} } = kept === undefined ? {} : secretParts(kept);
  const webhooks = await registeredBundles(connection, { service, hosts });
  const inSecret = data[KEYS.cert] ?? "";
  const differs =
    kept !== undefined &&
    served !== undefined &&
    certificatesIn(served)[0]?.fingerprint256 !== certificatesIn(inSecret)[0]?.fingerprint256;
  return {
    chain: served ?? inSecret,
    from: served === undefined ? where : (address ?? ""),
    bundle: data[KEYS.bundle] ?? "",
    host: hosts[0] ?? host,
    webhooks,
    rotation: kept?.metadata?.annotations?.[ROTATE],
    problems: differs ? [`${address} serves another certificate than ${where} holds`] : [],
  };
}

async function servedAt(address: string, host: string): Promise<string> {
  const refuse = (why: string) =>
    new CommandError(`--connect ${address}: ${why}`, exitCodes.refused);
  const [, name = "", port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(address) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new CommandError(`--connect is host:port, not "${address}"`, exitCodes.wrongUsage);
  }
  const { callEndpoint } = await import("../doctor/call-endpoint.ts");
  const shown = await callEndpoint(name, Number(port), host);
  if (shown === undefined) throw refuse("cannot be reached from here");
  if (shown.chain !== undefined) return shown.chain;
  if (shown.refused === true) throw refuse("nobody listens there");
  throw refuse("answers, but not by TLS");
}
