import { DEFAULT_MAX_REQUEST_BYTES } from "./body.ts";
import { ConfigurationError, type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { CertificateOpener } from "./tls/certificate-source.ts";
import type { LeaderElectionOptions } from "./leader-election-options.ts";
import { LEVELS, type LogLevel } from "./log.ts";
import type { DevelopmentTlsOptions, ServerOptions, TlsOptions } from "./server-options.ts";

type Keys<T> = Readonly<Record<keyof T, true>>;

// Records and not lists: the compiler then says so where an option is missing here.
const OPTIONS: Keys<Required<ServerOptions>> = {
  webhooks: true,
  port: true,
  host: true,
  tls: true,
  registration: true,
  metrics: true,
  cluster: true,
  leaderElection: true,
  log: true,
  maxRequestBytes: true,
  maxBytesInFlight: true,
  shutdown: true,
  aroundReview: true,
};
const TLS: Keys<Required<TlsOptions & DevelopmentTlsOptions>> = {
  certFile: true,
  keyFile: true,
  caFile: true,
  clientCaFile: true,
  clientAuth: true,
  allowedClients: true,
  developmentFolder: true,
  hosts: true,
};
const LEADER_ELECTION: Keys<Required<LeaderElectionOptions>> = { namespace: true, identity: true };
const METRICS: Keys<Required<NonNullable<ServerOptions["metrics"]>>> = { port: true, host: true };
const SHUTDOWN: Keys<Required<NonNullable<ServerOptions["shutdown"]>>> = {
  gracePeriodSeconds: true,
  drainSeconds: true,
};

/**
 * Refuses a server's options where one is misspelt or no number that can be used: code that is not
 * type-checked would otherwise start a server that is not the one that was asked for. Webhooks and
 * plugins are checked by `loadWebhooks`.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export function checkOptions(options: ServerOptions): void {
  const { tls = {}, metrics = {}, shutdown = {}, leaderElection = {} } = options;
  const issues = [
    ...unknownKeys(options, OPTIONS, ""),
    ...unknownKeys(tls ?? {}, TLS, "/tls"),
    ...unknownKeys(metrics, METRICS, "/metrics"),
    ...unknownKeys(shutdown, SHUTDOWN, "/shutdown"),
    ...unknownKeys(leaderElection, LEADER_ELECTION, "/leaderElection"),
    ...checkLeaderElection(leaderElection),
    ...checkPort(options.port, "/port"),
    ...checkPort(options.metrics?.port, "/metrics/port"),
    ...checkSeconds(shutdown, "gracePeriodSeconds"),
    ...checkSeconds(shutdown, "drainSeconds"),
    ...checkTls(tls),
    ...checkCluster(options.cluster),
  ];
  if (options.maxRequestBytes !== undefined && !(options.maxRequestBytes > 0)) {
    issues.push(issue("/maxRequestBytes", "must be bytes above 0"));
  }
  const { maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES, maxBytesInFlight = Infinity } = options;
  if (!(maxBytesInFlight >= maxRequestBytes)) {
    const message = `must be bytes, and not less than maxRequestBytes (${maxRequestBytes}): nothing so large would ever pass`;
    issues.push(issue("/maxBytesInFlight", message));
  }
  issues.push(...checkLog(options.log));
  if (options.registration !== undefined && typeof options.registration !== "function") {
    issues.push(issue("/registration", "must be what registers: registerWebhooks()"));
  }
  if (options.aroundReview !== undefined && typeof options.aroundReview !== "function") {
    issues.push(issue("/aroundReview", "must be a function"));
  }
  if (issues.length > 0) throw new ConfigurationError(issues);
}

function unknownKeys(given: object, known: object, at: string): ConfigurationIssue[] {
  const names = Object.keys(known);
  return Object.keys(given)
    .filter((key) => !names.includes(key))
    .map((key) => {
      const hint = didYouMean(key, names);
      return issue(
        at + pointerOf(key),
        `unknown key "${key}"${hint}; known are ${names.join(", ")}`,
      );
    });
}

function checkPort(port: number | undefined, at: string): ConfigurationIssue[] {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return [];
  return [issue(at, "must be a whole number from 0 to 65535")];
}

function checkSeconds(
  shutdown: NonNullable<ServerOptions["shutdown"]>,
  key: keyof NonNullable<ServerOptions["shutdown"]>,
): ConfigurationIssue[] {
  const value = shutdown[key];
  if (value === undefined || (value >= 0 && value <= 3600)) return [];
  return [issue(`/shutdown/${key}`, "must be seconds, from 0 to 3600")];
}

function checkCluster(cluster: unknown): ConfigurationIssue[] {
  if (cluster === undefined || typeof cluster === "function") return [];
  const { list, watch } = (cluster ?? {}) as Record<string, unknown>;
  if (typeof list === "function" && typeof watch === "function") return [];
  const what = cluster instanceof Promise ? ", not a promise of one" : "";
  return [
    issue("/cluster", `must be a connection${what}, or what makes one: () => connectCluster()`),
  ];
}

function checkLeaderElection(options: LeaderElectionOptions): ConfigurationIssue[] {
  const { namespace, identity } = options as Record<keyof LeaderElectionOptions, unknown>;
  const issues: ConfigurationIssue[] = [];
  if (namespace !== undefined && !(typeof namespace === "string" && NAMESPACE.test(namespace))) {
    issues.push(issue("/leaderElection/namespace", "must be the name of a namespace"));
  }
  if (identity !== undefined && (typeof identity !== "string" || identity === "")) {
    issues.push(issue("/leaderElection/identity", "must be a text, and no other server's"));
  }
  return issues;
}

function checkLog(log: unknown): ConfigurationIssue[] {
  if (log === undefined || LEVELS.includes(log as LogLevel)) return [];
  const isObject = typeof log === "object" && log !== null;
  if (isObject && "child" in log && typeof log.child === "function") return [];
  const hint = typeof log === "string" ? didYouMean(log, LEVELS) : "";
  return [issue("/log", `must be a logger, or one of ${LEVELS.join(", ")}${hint}`)];
}

/** The two kinds of `tls` do not mix: a client check beside a development certificate would be none. */
function checkTls(
  tls: Partial<TlsOptions & DevelopmentTlsOptions> | CertificateOpener | null,
): ConfigurationIssue[] {
  if (typeof tls === "function") return [];
  if (typeof tls !== "object" || tls === null) return [issue("/tls", "must be an object")];
  const { certFile, keyFile, clientAuth, allowedClients, clientCaFile } = tls;
  const issues: ConfigurationIssue[] = [];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const missing = certFile === undefined ? "certFile" : "keyFile";
    issues.push(issue("/tls", `"${missing}" is missing: a certificate and its key come together`));
  }
  const others = certFile === undefined && keyFile === undefined ? NEEDS_FILES : ONLY_DEVELOPMENT;
  for (const key of others) {
    if (tls[key] === undefined) continue;
    const why =
      others === NEEDS_FILES
        ? "needs certFile and keyFile"
        : "does not go with certFile and keyFile";
    issues.push(issue(`/tls/${key}`, why));
  }
  if (clientAuth !== undefined && !["none", "request", "require"].includes(clientAuth)) {
    issues.push(issue("/tls/clientAuth", 'must be "none", "request" or "require"'));
  } else if (clientCaFile === undefined && certFile !== undefined) {
    const needsCa = (clientAuth ?? "none") !== "none" || allowedClients !== undefined;
    if (needsCa)
      issues.push(issue("/tls", '"clientCaFile" is missing: clients are checked with it'));
  }
  if (allowedClients !== undefined && !Array.isArray(allowedClients)) {
    issues.push(issue("/tls/allowedClients", "must be a list of names"));
  }
  return issues;
}

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const NEEDS_FILES = ["caFile", "clientCaFile", "clientAuth", "allowedClients"] as const;
const ONLY_DEVELOPMENT = ["developmentFolder", "hosts"] as const;

function issue(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_CONFIG_INVALID", pointer, message };
}
