import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, sep } from "node:path";
import { GatewrightError } from "@gatewright/core";
import { parseDocument } from "yaml";
import { reasonOf } from "./no-answer.ts";

/** A cluster's entry, with the file's own names. */
export interface ClusterEntry {
  server?: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
  extensions?: readonly { name: string; extension: unknown }[];
}

/** A program that logs in: `client.authentication.k8s.io` says how it is called. */
export interface ExecEntry {
  apiVersion?: string;
  command: string;
  args?: string[];
  env?: { name: string; value: string }[];
  provideClusterInfo?: boolean;
}

/** A user's entry, with the file's own names. */
export interface UserEntry {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: string[];
  "as-user-extra"?: Record<string, string[]>;
  username?: string;
  password?: string;
  exec?: ExecEntry;
  "auth-provider"?: unknown;
}

/** A context's entry, with the file's own names. */
export interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
}

/** The entries of one kubeconfig or of several, by name. */
export interface KubeconfigEntries {
  clusters: Map<string, ClusterEntry>;
  users: Map<string, UserEntry>;
  contexts: Map<string, ContextEntry>;
  currentContext: string | undefined;
}

/**
 * Reads a kubeconfig. Paths in it are relative to its folder, as for kubectl.
 *
 * @throws GatewrightError `GW_CLUSTER_CONFIG` where there is none, or what is there is none.
 */
export async function readKubeconfig(file: string): Promise<KubeconfigEntries> {
  const content = asObject(file, parse(file, await read(file)));
  const folder = dirname(file);
  const clusters = entriesOf<ClusterEntry>(file, content, "clusters", "cluster");
  const users = entriesOf<UserEntry>(file, content, "users", "user");
  for (const cluster of clusters.values()) absolute(folder, cluster, ["certificate-authority"]);
  for (const user of users.values()) {
    absolute(folder, user, ["client-certificate", "client-key", "tokenFile"]);
    // Without a separator it is looked for on the PATH.
    if (user.exec?.command?.includes(sep)) absolute(folder, user.exec, ["command"]);
  }
  const current = content["current-context"];
  return {
    clusters,
    users,
    contexts: entriesOf<ContextEntry>(file, content, "contexts", "context"),
    currentContext: typeof current === "string" && current !== "" ? current : undefined,
  };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw invalid(
      missing ? `there is no kubeconfig ${file}` : `${file}: ${reasonOf(error)}`,
      error,
    );
  }
}

function parse(file: string, text: string): unknown {
  // kubectl reads YAML 1.1.
  const document = parseDocument(text, { version: "1.1", logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) {
    const [position] = error.linePos ?? [];
    const place = position === undefined ? "" : `:${position.line}:${position.col}`;
    throw invalid(`${file}${place}: not YAML: ${error.message.split("\n")[0]}`, error);
  }
  return document.toJS() as unknown;
}

function asObject(file: string, content: unknown): Record<string, unknown> {
  if (typeof content === "object" && content !== null && !Array.isArray(content)) {
    const { kind } = content as { kind?: unknown };
    if (kind === undefined || kind === "" || kind === "Config") {
      return content as Record<string, unknown>;
    }
    throw invalid(`${file} is no kubeconfig: its kind is ${JSON.stringify(kind)}, not "Config"`);
  }
  throw invalid(`${file} is no kubeconfig: it holds no clusters, users and contexts`);
}

function entriesOf<Entry extends object>(
  file: string,
  content: Record<string, unknown>,
  list: string,
  key: string,
): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const listed = content[list] ?? [];
  if (!Array.isArray(listed)) throw invalid(`${file}: ${list} is no list`);
  for (const [index, item] of (listed as unknown[]).entries()) {
    const entry = item as Record<string, unknown> | null;
    const name = entry?.["name"];
    const body = entry?.[key] ?? {};
    if (typeof name !== "string" || typeof body !== "object") {
      throw invalid(`${file}: ${list}[${index}] is not { name, ${key} }`);
    }
    // The first of a name counts, as for kubectl.
    if (!entries.has(name)) entries.set(name, body as Entry);
  }
  return entries;
}

function absolute<Entry extends object>(
  folder: string,
  entry: Entry,
  keys: readonly (keyof Entry)[],
): void {
  for (const key of keys) {
    const path: unknown = entry[key];
    if (typeof path === "string" && path !== "" && !isAbsolute(path)) {
      Object.assign(entry, { [key]: join(folder, path) });
    }
  }
}

/** A mistake in how the cluster is to be reached. */
export function invalid(message: string, cause?: unknown): GatewrightError {
  return new GatewrightError("GW_CLUSTER_CONFIG", message, cause === undefined ? {} : { cause });
}
