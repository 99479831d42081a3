import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { isIPv6 } from "node:net";
import {
  type ClusterEntry,
  invalid,
  type KubeconfigEntries,
  readKubeconfig,
  type UserEntry,
} from "./kubeconfig-file.ts";

/** Which API server, and as whom. Paths of files are absolute. */
export interface Login {
  /** For messages: `context "dev" of /home/me/.kube/config`. */
  what: string;
  /** The context's name; undefined for a service account. */
  context: string | undefined;
  /** That of the pod or the context; else `default`, as for kubectl. */
  namespace: string;
  cluster: ClusterEntry & { server: string };
  user: UserEntry;
  /** The kubeconfigs that it was read from: when they change, it does. */
  files: readonly string[];
}

/** What was asked for. */
export interface LoginOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  inCluster?: boolean | undefined;
}

/** What the process has around it; the tests bring their own. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** Where the kubelet puts a service account's token and CA. */
  serviceAccountFolder: string;
}

/** Those of this process. */
export function surroundingsOfProcess(): Surroundings {
  return {
    env: process.env,
    home: homedir(),
    serviceAccountFolder: "/var/run/secrets/kubernetes.io/serviceaccount",
  };
}

/**
 * Finds out how to log in, in controller-runtime's order: what was asked for, `KUBECONFIG`, the pod's own
 * service account, `~/.kube/config`.
 *
 * @throws GatewrightError `GW_CLUSTER_CONFIG`, saying where it looked and what it found there.
 */
export async function findLogin(options: LoginOptions, around: Surroundings): Promise<Login> {
  const { kubeconfig, context, inCluster } = options;
  if (inCluster === true) {
    if (kubeconfig !== undefined || context !== undefined) {
      throw invalid("inCluster and a kubeconfig or context exclude each other: leave one out");
    }
    return serviceAccountLogin(around);
  }
  if (kubeconfig !== undefined) return contextLogin([kubeconfig], context);
  const listed = (around.env["KUBECONFIG"] ?? "").split(delimiter).filter(Boolean);
  if (listed.length > 0) {
    // kubectl passes over those that are missing, too.
    const there = listed.filter((file) => existsSync(file));
    if (there.length > 0) return contextLogin(there, context);
    throw invalid(`KUBECONFIG names ${listed.join(" and ")}, and there is no such file`);
  }
  const inPod = around.env["KUBERNETES_SERVICE_HOST"] !== undefined;
  if (inPod && context === undefined && inCluster !== false) return serviceAccountLogin(around);
  const standard = join(around.home, ".kube", "config");
  if (existsSync(standard)) return contextLogin([standard], context);
  throw invalid(
    `no cluster: this is no pod (KUBERNETES_SERVICE_HOST is not set), KUBECONFIG is not set, and there is ` +
      `no ${standard}. Name a kubeconfig: --kubeconfig FILE, or cluster.kubeconfig in the configuration file`,
  );
}

async function contextLogin(files: readonly string[], wanted?: string): Promise<Login> {
  const entries = merge(await Promise.all(files.map(readKubeconfig)));
  const where = files.join(" and ");
  const name = wanted ?? entries.currentContext;
  if (name === undefined) {
    throw invalid(
      `${where} has no current-context: name a context, of ${listOf(entries.contexts)}`,
    );
  }
  const context = entries.contexts.get(name);
  if (context === undefined) {
    const named =
      wanted === undefined ? `${where}: current-context is "${name}", and` : `${where}:`;
    throw invalid(
      `${named} there is no context "${name}"${meant(name, entries.contexts)}; there is ` +
        listOf(entries.contexts),
    );
  }
  const what = `context "${name}" of ${where}`;
  const cluster = entryOf(what, "cluster", context.cluster, entries.clusters);
  const user = context.user ? entryOf(what, "user", context.user, entries.users) : {};
  checkServer(what, cluster);
  const namespace = context.namespace || "default";
  return { what, context: name, namespace, cluster, user, files };
}

/** The first that says something counts, as for kubectl. */
function merge(all: readonly KubeconfigEntries[]): KubeconfigEntries {
  const merged: KubeconfigEntries = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: all.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
  };
  for (const one of all.toReversed()) {
    for (const [name, entry] of one.clusters) merged.clusters.set(name, entry);
    for (const [name, entry] of one.users) merged.users.set(name, entry);
    for (const [name, entry] of one.contexts) merged.contexts.set(name, entry);
  }
  return merged;
}

function entryOf<Entry>(
  what: string,
  kind: "cluster" | "user",
  name: string | undefined,
  entries: ReadonlyMap<string, Entry>,
): Entry {
  if (!name) throw invalid(`${what} names no ${kind}`);
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw invalid(
    `${what}: there is no ${kind} "${name}"${meant(name, entries)}; there is ${listOf(entries)}`,
  );
}

function checkServer(
  what: string,
  cluster: ClusterEntry,
): asserts cluster is ClusterEntry & { server: string } {
  const { server } = cluster;
  if (!server) throw invalid(`${what}: its cluster has no server`);
  const protocol = URL.canParse(server) ? new URL(server).protocol : undefined;
  if (protocol === "https:") return;
  if (protocol !== "http:") {
    throw invalid(`${what}: server ${JSON.stringify(server)} is no URL: https://HOST:PORT`);
  }
  // As client-node has it: a token in the clear is asked for in so many words.
  if (cluster["insecure-skip-tls-verify"] !== true) {
    throw invalid(
      `${what}: server ${server} is not https; to go there without TLS, also set ` +
        `insecure-skip-tls-verify: true`,
    );
  }
}

async function serviceAccountLogin({ env, serviceAccountFolder }: Surroundings): Promise<Login> {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) {
    throw invalid(
      "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set. " +
        "Outside of a cluster, name a kubeconfig",
    );
  }
  const tokenFile = join(serviceAccountFolder, "token");
  const caFile = join(serviceAccountFolder, "ca.crt");
  for (const file of [tokenFile, caFile]) {
    if (!existsSync(file)) {
      throw invalid(
        `in a pod, but there is no ${file}: does the pod, or its service account, have ` +
          `automountServiceAccountToken: false?`,
      );
    }
  }
  return {
    what: "the pod's service account",
    context: undefined,
    namespace: await namespaceOfPod(serviceAccountFolder),
    cluster: {
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      "certificate-authority": caFile,
    },
    user: { tokenFile },
    files: [],
  };
}

/** The kubelet writes it beside the token; what else mounts a token may leave it out. */
async function namespaceOfPod(serviceAccountFolder: string): Promise<string> {
  const file = join(serviceAccountFolder, "namespace");
  return existsSync(file) ? (await readFile(file, "utf8")).trim() || "default" : "default";
}

function listOf(entries: ReadonlyMap<string, unknown>): string {
  if (entries.size === 0) return "none";
  return [...entries.keys()].map((name) => `"${name}"`).join(", ");
}

/** The one that contains the word, or is contained in it: `kind-dev` for `dev`, but not one of several. */
function meant(word: string, entries: ReadonlyMap<string, unknown>): string {
  const wanted = word.toLowerCase();
  const near = [...entries.keys()].filter((name) => {
    const known = name.toLowerCase();
    return known.includes(wanted) || wanted.includes(known);
  });
  return near.length === 1 ? ` (did you mean "${near[0]}"?)` : "";
}
