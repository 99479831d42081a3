import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Login } from "./login.ts";

/** What a connection's TLS is made of. */
export interface TlsMaterial extends Pick<SecureContextOptions, "ca" | "cert" | "key"> {
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** All that a call needs to be let in, at one moment. */
export interface Access {
  /** Without a slash at its end; its path, where it has one, comes before that of a call. */
  server: string;
  /** With the token and whom to impersonate, if any. */
  headers: Readonly<Record<string, string | string[]>>;
  tls: TlsMaterial;
  proxyUrl: string | undefined;
  /** Two with the same key can share connections. */
  key: string;
}

/**
 * What a login comes to now: files are read, a program that logs in is run, a token of OpenID Connect is
 * refreshed. The latter two are client-node's to do, and to remember in `config`.
 *
 * Files are not: client-node looks at a token's file once a minute, keeps its newline, and does not know
 * `tokenFile` in a kubeconfig.
 *
 * @throws Error where a file cannot be read, a certificate does not belong to its key, or a login fails.
 */
export async function accessOf(config: KubeConfig, login: Login): Promise<Access> {
  const { cluster, user } = login;
  const [ca, cert, key, token] = await Promise.all([
    base64Of(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    base64Of(user["client-certificate-data"], user["client-certificate"]),
    base64Of(user["client-key-data"], user["client-key"]),
    tokenOf(user.token, user.tokenFile),
  ]);
  const server = cluster.server.replace(/\/+$/, "");
  const servername = cluster["tls-server-name"];
  config.loadFromClusterAndUser(
    {
      name: "cluster",
      server,
      skipTLSVerify: cluster["insecure-skip-tls-verify"] === true,
      ...(ca !== undefined && { caData: ca }),
      ...(servername && { tlsServerName: servername }),
    },
    {
      name: "user",
      ...(cert !== undefined && { certData: cert }),
      ...(key !== undefined && { keyData: key }),
      ...(token !== undefined && { token }),
      ...(user.as && { impersonateUser: user.as }),
      ...(user.username && { username: user.username, password: user.password ?? "" }),
      ...(user.exec && { exec: withExecInfo(login) }),
      ...(user["auth-provider"] !== undefined && { authProvider: user["auth-provider"] }),
    },
  );
  const options: RequestOptions & { headers?: Record<string, string> } = {};
  await config.applyToHTTPSOptions(options);
  const tls: TlsMaterial = {
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.cert !== undefined && { cert: options.cert }),
    ...(options.key !== undefined && { key: options.key }),
    ...(options.servername !== undefined && { servername: options.servername }),
    ...(options.rejectUnauthorized !== undefined && {
      rejectUnauthorized: options.rejectUnauthorized,
    }),
  };
  // Throws where they do not belong together, as when only one of two files has been replaced yet.
  createSecureContext(tls);
  const proxyUrl = cluster["proxy-url"] || undefined;
  return {
    server,
    headers: headersOf(options, login),
    tls,
    proxyUrl,
    key: hash("sha256", JSON.stringify([server, proxyUrl, tls])),
  };
}

/** The files that a login is read from, but for programs. */
export function filesOf({ cluster, user, files }: Login): string[] {
  const paths = [
    ...files,
    cluster["certificate-authority"],
    user["client-certificate"],
    user["client-key"],
    user.tokenFile,
  ];
  return paths.filter((path): path is string => Boolean(path));
}

/** What is written in the kubeconfig counts more than a file that it names, as for kubectl. */
async function base64Of(data?: string, file?: string): Promise<string | undefined> {
  if (data) return data;
  return file ? await readFile(file, "base64") : undefined;
}

/** A token's file counts more than a token, as for kubectl: that is the one that is kept fresh. */
async function tokenOf(token?: string, file?: string): Promise<string | undefined> {
  if (!file) return token || undefined;
  const read = (await readFile(file, "utf8")).trim();
  if (read === "") throw new Error(`${file} is empty`);
  return read;
}

function headersOf({ headers, auth }: RequestOptions, { user }: Login): Access["headers"] {
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries((headers ?? {}) as Record<string, string>)) {
    all[name.toLowerCase()] = value;
  }
  if (auth) all["authorization"] = `Basic ${Buffer.from(auth).toString("base64")}`;
  // client-node sends none but the name: the user would be another than the one that kubectl makes of it.
  if (user["as-uid"]) all["impersonate-uid"] = user["as-uid"];
  if (user["as-groups"]?.length) all["impersonate-group"] = user["as-groups"];
  for (const [key, values] of Object.entries(user["as-user-extra"] ?? {})) {
    all[`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`] = values;
  }
  return all;
}

/** What the program that logs in may ask for; client-go sets it, client-node does not. */
function withExecInfo({ cluster, user: { exec } }: Login) {
  if (exec === undefined) return undefined;
  const extension = cluster.extensions?.find(
    ({ name }) => name === "client.authentication.k8s.io/exec",
  );
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true && {
        cluster: {
          server: cluster.server,
          "tls-server-name": cluster["tls-server-name"],
          "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
          "certificate-authority-data": cluster["certificate-authority-data"],
          "proxy-url": cluster["proxy-url"],
          config: extension?.extension,
        },
      }),
    },
  };
  const env = [...(exec.env ?? []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
  return { ...exec, args: exec.args ?? [], env };
}
