import { ConfigurationError, type ConfigurationIssue, pointerOf } from "./configuration-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import { LEVELS, type LogLevel } from "./log.ts";
import type { DevelopmentTlsOptions, ServerOptions, TlsOptions } from "./server-options.ts";

type Keys<T> = Readonly<Record<keyof T, true>>;

// Records and not lists: the compiler then says so where an option is missing here.
const OPTIONS: Keys<Required<ServerOptions>> = {
  webhooks: true,
  port: true,
  host: true,
  tls: true,
  metrics: true,
  log: true,
  maxRequestBytes: true,
  shutdown: true,
  aroundReview: true,
};
const TLS: Keys<Required<TlsOptions & DevelopmentTlsOptions>> = {
  certFile: true,
  keyFile: true,
  clientCaFile: true,
  clientAuth: true,
  allowedClients: true,
  developmentFolder: true,
  hosts: true,
};
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
  const { tls = {}, metrics = {}, shutdown = {} } = options;
  const issues = [
    ...unknownKeys(options, OPTIONS, ""),
    ...unknownKeys(tls, TLS, "/tls"),
    ...unknownKeys(metrics, METRICS, "/metrics"),
    ...unknownKeys(shutdown, SHUTDOWN, "/shutdown"),
    ...checkPort(options.port, "/port"),
    ...checkPort(options.metrics?.port, "/metrics/port"),
    ...checkSeconds(shutdown, "gracePeriodSeconds"),
    ...checkSeconds(shutdown, "drainSeconds"),
    ...checkPair(tls),
  ];
  if (options.maxRequestBytes !== undefined && !(options.maxRequestBytes > 0)) {
    issues.push(issue("/maxRequestBytes", "must be bytes above 0"));
  }
  issues.push(...checkLog(options.log));
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
  if (value === undefined || (value >= 0 && Number.isFinite(value))) return [];
  return [issue(`/shutdown/${key}`, "must be seconds, 0 or more")];
}

function checkLog(log: unknown): ConfigurationIssue[] {
  if (log === undefined || LEVELS.includes(log as LogLevel)) return [];
  const isObject = typeof log === "object" && log !== null;
  if (isObject && "child" in log && typeof log.child === "function") return [];
  const hint = typeof log === "string" ? didYouMean(log, LEVELS) : "";
  return [issue("/log", `must be a logger, or one of ${LEVELS.join(", ")}${hint}`)];
}

function checkPair(tls: object): ConfigurationIssue[] {
  const { certFile, keyFile } = tls as Partial<TlsOptions>;
  if ((certFile === undefined) === (keyFile === undefined)) return [];
  const missing = certFile === undefined ? "certFile" : "keyFile";
  return [issue("/tls", `"${missing}" is missing: a certificate and its key come together`)];
}

function issue(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_CONFIG_INVALID", pointer, message };
}
