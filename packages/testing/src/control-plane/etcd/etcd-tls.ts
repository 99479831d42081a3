import { mkdir, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { type CertificateFiles, createCertificateAuthority } from "./certificate-authority.ts";

/** The files of a cluster's TLS between clients and members, all below the cluster's folder. */
export interface EtcdTls {
  /** The CA of the members' and of the clients' certificates, in PEM. */
  ca: string;
  /** Path of the file with `ca`. */
  caFile: string;
  /** The members' own; a member reads it anew for each connection. */
  server: CertificateFiles;
  /** A client with the common name `root`, who may do everything. */
  client: CertificateFiles;
  /** A client with the common name `guest`, who may do nothing where there is `auth`. */
  guest: CertificateFiles;
  /** A client called `root` by a CA that the members do not know. */
  stranger: CertificateFiles;
  /** A CA that signed none of the members' certificates. */
  strangerCaFile: string;
  /** What the cluster's own calls go by, whatever a test does to the other certificates. */
  operator: CertificateFiles;
  /** Writes a client's certificate by the CA that the members trust. */
  issueClient(files: CertificateFiles, options?: IssueClientOptions): Promise<void>;
  /** Gives the members another certificate, by the same CA or not. */
  issueServer(options?: { expired?: boolean; stranger?: boolean }): Promise<void>;
}

export interface IssueClientOptions {
  /** etcd's user, where there is `auth`. @default "root" */
  commonName?: string;
  /** Whether it ended an hour ago. @default false */
  expired?: boolean;
  /** Whether a CA signs it that the members do not know. @default false */
  stranger?: boolean;
}

/** @param hosts names and addresses of the members' certificate, besides loopback */
export async function createEtcdTls(dir: string, hosts: string[]): Promise<EtcdTls> {
  await mkdir(dir);
  const ours = await createCertificateAuthority("etcd of a test");
  const theirs = await createCertificateAuthority("another etcd of a test");
  const pair = (name: string): CertificateFiles => ({
    certFile: join(dir, `${name}.crt`),
    keyFile: join(dir, `${name}.key`),
  });
  const names = ["localhost", "127.0.0.1", ...hosts].map((value) => ({
    type: isIP(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  const tls: EtcdTls = {
    ca: ours.cert,
    caFile: join(dir, "ca.crt"),
    server: pair("server"),
    client: pair("client"),
    guest: pair("guest"),
    stranger: pair("stranger"),
    strangerCaFile: join(dir, "stranger-ca.crt"),
    operator: pair("operator"),
    issueClient: (files, { commonName = "root", expired = false, stranger = false } = {}) =>
      (stranger ? theirs : ours).issue(files, { commonName, expired }),
    issueServer: ({ expired = false, stranger = false } = {}) =>
      (stranger ? theirs : ours).issue(tls.server, { commonName: "etcd", hosts: names, expired }),
  };
  await writeFile(tls.caFile, ours.cert);
  await writeFile(tls.strangerCaFile, theirs.cert);
  await tls.issueServer();
  await tls.issueClient(tls.client);
  await tls.issueClient(tls.guest, { commonName: "guest" });
  await tls.issueClient(tls.stranger, { stranger: true });
  await ours.issue(tls.operator, {});
  return tls;
}
