import { ConfigurationError } from "./configuration-error.ts";
import { GatewrightError } from "./errors.ts";
import { DEFAULT_GRACE_SECONDS } from "./drain.ts";
import { createServer, type Server } from "./server.ts";
import type { ServerOptions } from "./server-options.ts";

/**
 * Starts a server that owns its process: SIGTERM and SIGINT drain and close it, a second one cuts the
 * grace period short, and the process then ends by itself. An error that a plugin let slip (a floating
 * promise, a throwing listener) is logged, and takes no other plugin down.
 *
 * Where the start fails, what is wrong is printed in plain lines, and `process.exitCode` is 1.
 *
 * @returns undefined where the start failed.
 */
export async function serve(options: ServerOptions): Promise<Server | undefined> {
  let server: Server;
  try {
    server = await createServer(options);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
  const { log, url, endpoints } = server;
  const order = Object.fromEntries(endpoints.map(({ path, plugins }) => [path, plugins]));
  const close = (signal: NodeJS.Signals) => {
    const seconds = options.shutdown?.gracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    log.info({ signal }, `closing in ${seconds} s; a second signal closes now`);
    server.close().then(
      () => {
        for (const name of ["SIGTERM", "SIGINT"] as const) process.off(name, close);
        process.off("unhandledRejection", survive);
        process.off("uncaughtException", survive);
      },
      (err: unknown) => log.error({ err }, "could not be closed in order"),
    );
  };
  const survive = (err: unknown) => {
    log.error({ err }, "an error that nobody caught; a plugin does not await what it starts");
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, close);
  process.on("unhandledRejection", survive);
  process.on("uncaughtException", survive);
  // Whoever waits for this line may send a signal at once.
  log.info({ url, plugins: order }, "listening");
  return server;
}

/** What a person needs to know: a stack helps only where the error is no one's we know. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof GatewrightError) return `${error.message} [${error.code}]`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
