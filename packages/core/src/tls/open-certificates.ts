import type { DevelopmentTlsOptions, TlsOptions } from "../server-options.ts";
import { watchCertificateFiles } from "./certificate-files.ts";
import type {
  CertificateContext,
  CertificateOpener,
  CertificateSource,
} from "./certificate-source.ts";

/** The certificate that a server's options name, watched for changes. */
export interface OpenedCertificates {
  readonly source: CertificateSource;
  /** Where the CA is, when the certificate is of our own making. */
  readonly caFile: string | undefined;
  /** What whoever trusted an earlier development certificate must know; undefined where nothing. */
  readonly note: string | undefined;
}

/**
 * Opens the files that are configured, or what opens something else; or makes a development certificate and opens
 * that.
 *
 * @throws GatewrightError `GW_CERTIFICATE`, naming the file.
 */
export async function openCertificates(
  tls: TlsOptions | DevelopmentTlsOptions | CertificateOpener,
  context: CertificateContext,
): Promise<OpenedCertificates> {
  if (typeof tls === "function") {
    return { source: await tls(context), caFile: undefined, note: undefined };
  }
  const watch = {
    onReload: context.onReload.bind(context),
    onError: context.onError.bind(context),
  };
  if ("certFile" in tls) {
    const files = {
      cert: tls.certFile,
      key: tls.keyFile,
      clientCa: tls.clientCaFile,
      ca: tls.caFile,
    };
    return {
      source: await watchCertificateFiles(files, watch),
      caFile: undefined,
      note: undefined,
    };
  }
  const { developmentCertificate } = await import("./development-certificate.ts");
  const { certFile, keyFile, caFile, note } = await developmentCertificate({
    folder: tls.developmentFolder ?? ".gatewright",
    hosts: tls.hosts,
  });
  const source = await watchCertificateFiles({ cert: certFile, key: keyFile, ca: caFile }, watch);
  return { source, caFile, note };
}
