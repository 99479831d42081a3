import type { ClusterConnection } from "../cluster-connection.ts";
import type { Logger } from "../log.ts";
import type { MetricFamily } from "../plugin-metrics.ts";
import type { Certificate } from "./certificate.ts";

/** Where a server's certificate comes from: files, or a Secret. */
export interface CertificateSource {
  /** The newest verified certificate. */
  current(): Certificate;
  /** Calls `listener` for each certificate that replaces the current one; returns what ends that. */
  onChange(listener: (certificate: Certificate) => void): () => void;
  /**
   * PEM of all CAs that callers should trust now: what belongs in a registration's `caBundle`. While one replaces the
   * other, both. Undefined where it is not known.
   */
  caBundle?(): string | undefined;
  /** Why nobody can verify what is served, for `/readyz`; undefined where somebody may. */
  unready?(): string | undefined;
  /** What it counts by itself. */
  metrics?(): MetricFamily[];
  close(): Promise<void>;
}

/** What a source of certificates has of its server. */
export interface CertificateContext {
  /**
   * The server's own connection, made by its first user and closed with the server.
   *
   * @throws GatewrightError `GW_CLUSTER_CONFIG` where the server has no `cluster`, or it cannot be connected.
   */
  connection(): Promise<ClusterConnection>;
  readonly log: Logger;
  /** To be called after a new certificate took the place of the old one. */
  onReload(certificate: Certificate): void;
  /** To be called when a certificate cannot be used or had, and the old one goes on serving. */
  onError(error: Error): void;
}

/**
 * Opens a source of certificates, before the server listens.
 *
 * Its errors end the start: a `GatewrightError` `GW_CERTIFICATE` tells the operator what to do.
 */
export type CertificateOpener = (context: CertificateContext) => Promise<CertificateSource>;
