import type { CertificateLifetimes } from "./certificate-policy.ts";

/** Where a server keeps its certificate, and what for. */
export interface SelfManagedCertificateOptions extends CertificateLifetimes {
  /**
   * The Secret.
   * @default `<service>-tls`, in the Service's namespace
   */
  secret?: { name?: string | undefined; namespace?: string | undefined };
  /**
   * The Service by which the API server calls: the certificate is for `<name>.<namespace>.svc`, `<name>.<namespace>` and
   * `<name>.<namespace>.svc.cluster.local`.
   * @default the Service `gatewright`, in the server's own namespace
   */
  service?: { name?: string | undefined; namespace?: string | undefined };
  /** More DNS names and IP addresses. @default none */
  hosts?: readonly string[] | undefined;
}
