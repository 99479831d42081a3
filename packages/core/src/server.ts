import { createServer as createHttpsServer } from "node:https";
import { DEFAULT_MAX_REQUEST_BYTES } from "./body.ts";
import { checkOptions } from "./check-options.ts";
import { closeNow, createDrain } from "./drain.ts";
import { createIntake, DEFAULT_MAX_BYTES_IN_FLIGHT } from "./intake.ts";
import { createJudge, createRetiredJudge, createStepObserver } from "./judge.ts";
import { listen } from "./listen.ts";
import { createLogger, type Logger } from "./log.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createPipeline } from "./pipeline.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { createRoutes, type Judge } from "./routes.ts";
import type { Registration } from "./registration.ts";
import type { ServerOptions } from "./server-options.ts";
import { shareConnection } from "./shared-connection.ts";
import { certificateDays, whyUnverifiable } from "./tls/certificate-health.ts";
import { openCertificates } from "./tls/open-certificates.ts";
import { clientIsAuthorized, clientPolicy } from "./tls/client-policy.ts";
import { applyCertificate, tlsOptions } from "./tls/tls-options.ts";
import type { WebhookEndpoint } from "./webhook-endpoint.ts";

/** A running server. */
export interface Server {
  /** `https://127.0.0.1:8443`; a wildcard address is shown as loopback. */
  readonly url: string;
  readonly port: number;
  /** The port of `/metrics`; undefined where there is none. */
  readonly metricsPort: number | undefined;
  /** Where the development certificate's CA is; undefined with a certificate of the user's own. */
  readonly caFile: string | undefined;
  /** Every phase of every webhook, as it is to be registered. */
  readonly endpoints: readonly WebhookEndpoint[];
  /** What RBAC is to let the server do: what its plugins declared in `reads` and `writes`. */
  readonly policyRules: readonly PolicyRule[];
  readonly log: Logger;
  /**
   * Ends the server: readiness turns red, the grace period passes with everything still served, what
   * is in flight is finished, plugins are closed in reverse. Called again, it cuts the grace short.
   */
  close(): Promise<void>;
}

// kube-apiserver keeps idle connections for 90 s (client-go's transport): the server must not be the
// one that closes them, or a call races the close and fails. Node's own default is 5 s.
const KEEP_ALIVE_MS = 100_000;

/**
 * Starts a server: checks the configuration, connects the cluster, sets the plugins up in order, opens the certificate,
 * listens. When it resolves, reviews are answered.
 *
 * @throws ConfigurationError with everything that is wrong, before anything was started.
 * @throws GatewrightError `GW_CLUSTER_CONFIG`, `GW_PLUGIN_SETUP`, `GW_CERTIFICATE`, `GW_LISTEN`; what was started by then
 *   is closed again.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  checkOptions(options);
  const { log: logOption = "info", port = 8443, host, tls = {} } = options;
  const { maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES } = options;
  const log = typeof logOption === "string" ? createLogger(logOption) : logOption;
  const metrics = createMetrics();
  const observer = createStepObserver(metrics);
  // The Leases are let go of first: where a webhook of this very server guards them, it has to answer for that.
  const drain = createDrain(options.shutdown, async () => {
    await Promise.all([pipeline.stopReconciling(), registration?.close()]);
  });
  const { source: cluster, ...shared } = shareConnection(options.cluster);
  let registration: Registration | undefined;
  const pipeline = await createPipeline({
    webhooks: options.webhooks,
    cluster,
    leaderElection: options.leaderElection,
    log,
    observer,
  });
  // What is open so far, to be closed in reverse: on an error below, or at the end.
  const opened: (() => Promise<void>)[] = [() => shared.close(), () => pipeline.close()];
  try {
    const certificates = await openCertificates(tls, {
      connection: () => shared.connection(),
      log,
      onReload: ({ notAfter, fingerprint256 }) => {
        metrics.certificateExpires(notAfter);
        log.info({ notAfter, fingerprint256 }, "certificate reloaded");
      },
      onError: (err) => {
        metrics.certificateReloadFailed();
        log.error({ err }, "certificate");
      },
    });
    opened.push(() => certificates.source.close());
    if (certificates.note !== undefined) log.warn(certificates.note);
    const policy = clientPolicy(certificates.source.current(), "certFile" in tls ? tls : {});
    metrics.certificateExpires(certificates.source.current().notAfter);
    const judges = new Map<string, Judge>();
    for (const [path, reviewer] of pipeline.reviewers) {
      judges.set(path, createJudge(reviewer, metrics, log, options.aroundReview));
    }
    const endpoints = [...pipeline.reviewers.values()].map(({ endpoint }) => endpoint);
    const unreadyPlugins = async () => (await pipeline.unready()).map((name) => `plugin ${name}`);
    const unverifiable = (): string[] => {
      const why = whyUnverifiable(certificates.source);
      return why === undefined ? [] : [`certificate ${why}`];
    };
    // Until then it refuses calls that it would allow: nobody may be sent here.
    const unregistered = (): string[] =>
      options.registration !== undefined && registration === undefined
        ? ["registration (does not know yet what is registered)"]
        : [];
    const retired = createRetiredJudge(log);
    const routes = createRoutes({
      judges,
      retired: (path) =>
        registration?.retired().has(path) === true ? retired.of(path) : undefined,
      maxRequestBytes,
      intake: createIntake(
        options.maxBytesInFlight ?? Math.max(DEFAULT_MAX_BYTES_IN_FLIGHT, maxRequestBytes),
      ),
      notReady: async () =>
        drain.isDraining()
          ? ["shutting down"]
          : [...(await unreadyPlugins()), ...unverifiable(), ...unregistered()],
      isDraining: drain.isDraining,
      refusalOf: ({ socket }) =>
        clientIsAuthorized(socket, policy) ? undefined : "a client certificate is needed here",
      badRequest: (status, message) => {
        metrics.badRequest(status);
        log.debug({ status, reason: message }, "refused");
      },
      internalError: (err) => log.error({ err }, "internal error"),
    });
    const https = createHttpsServer(
      {
        ...tlsOptions(certificates.source.current(), policy),
        keepAliveTimeout: KEEP_ALIVE_MS,
        // Above the former, or Node cuts a connection on which a request has just begun.
        headersTimeout: KEEP_ALIVE_MS + 5_000,
        requestTimeout: 120_000,
      },
      (request, response) => void routes(request, response),
    );
    drain.watch(https);
    https.on("tlsClientError", (err) => {
      metrics.tlsHandshakeFailed();
      log.debug({ err }, "TLS handshake failed");
    });
    certificates.source.onChange((certificate) => applyCertificate(https, certificate, policy));
    let metricsPort: number | undefined;
    if (options.metrics !== undefined) {
      // Node's ES module of "node:http" loads undici, 40 ms that only a server with metrics needs.
      const { listenForScrapes } = await import("./metrics/listener.ts");
      const families = () => [
        ...pipeline.metrics(),
        certificateDays(certificates.source),
        ...(certificates.source.metrics?.() ?? []),
        ...(registration === undefined ? [] : [...registration.metrics(), retired.metrics()]),
      ];
      const all = { exposition: () => metrics.exposition(families()) };
      const scrapes = await listenForScrapes(all, options.metrics, (err) =>
        log.error({ err }, "metrics could not be written"),
      );
      opened.push(() => closeNow(scrapes));
      const address = scrapes.address();
      metricsPort = typeof address === "object" ? address?.port : undefined;
    }
    const taken = await listen(https, { port, host });
    https.on("error", (err) => log.error({ err }, "a connection could not be accepted"));
    opened.push(() => drain.close(https));
    registration = await options.registration?.({
      connection: () => shared.connection(),
      endpoints,
      certificate: certificates.source,
      log,
      unready: unreadyPlugins,
    });
    let closing: Promise<void> | undefined;
    return {
      url: `https://${shownHost(host)}:${taken}`,
      port: taken,
      metricsPort,
      caFile: certificates.caFile,
      policyRules: pipeline.policyRules,
      endpoints,
      log,
      close() {
        if (closing === undefined) closing = closeInReverse(opened, log);
        else void drain.close(https);
        return closing;
      },
    };
  } catch (error) {
    await closeInReverse(opened, log);
    throw error;
  }
}

async function closeInReverse(
  opened: readonly (() => Promise<void>)[],
  log: Logger,
): Promise<void> {
  for (const close of opened.toReversed()) {
    try {
      await close();
    } catch (err) {
      log.error({ err }, "could not be closed in order");
    }
  }
}

/** A wildcard cannot be called; loopback can, and so can IPv6 in brackets. */
function shownHost(host: string | undefined): string {
  if (host === undefined || host === "::" || host === "0.0.0.0") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
