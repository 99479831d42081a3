import { type ClusterConnection, ClusterError, silentLogger } from "@gatewright/core";
import { KubeConfig } from "@kubernetes/client-node";
import { call } from "./call.ts";
import type { ConnectClusterOptions } from "./connect-options.ts";
import { createConnection } from "./connection.ts";
import { createCredentials } from "./credentials.ts";
import { createExchange } from "./exchange.ts";
import { within } from "./limits.ts";
import { findLogin, type Surroundings, surroundingsOfProcess } from "./login.ts";
import { createPools } from "./pools.ts";

/** More than the minute in which a bookmark comes, where one does; core waits less, and does more about it. */
const SILENCE_MS = 90_000;

/** `connectCluster`, with surroundings of one's own. */
export async function connect(
  options: ConnectClusterOptions,
  around: Surroundings = surroundingsOfProcess(),
): Promise<ClusterConnection> {
  const { log = silentLogger, timeoutMs = 5_000 } = options;
  const find = (context = options.context) => findLogin({ ...options, context }, around);
  const credentials = await createCredentials(KubeConfig, find, log);
  const { server: url } = await credentials.current();
  const pools = createPools();
  const exchange = createExchange(url, credentials, pools);
  const limits = { closing: new AbortController().signal, timeoutMs };
  const request = { method: "GET", path: "/version" } as const;
  try {
    const version = await within(exchange.what(request), limits, (running) =>
      call(exchange, request, running),
    );
    log.info({ url, version }, `connected to the cluster by ${credentials.what}`);
  } catch (error) {
    // Who may not even see the version may still be let in elsewhere.
    if (!(error instanceof ClusterError && error.status === 403)) {
      await pools.destroy();
      throw named(credentials.what, error);
    }
  }
  const { namespace } = credentials;
  return createConnection({ url, namespace, exchange, pools, timeoutMs, silenceMs: SILENCE_MS });
}

/** With the login that failed: it is not always the one that was thought of. */
function named(what: string, error: unknown): unknown {
  if (!(error instanceof ClusterError)) return error;
  const { message, status, reason } = error;
  return new ClusterError(`${what}: ${message}`, { status, reason, cause: error });
}
