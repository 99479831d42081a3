import { setTimeout as delay } from "node:timers/promises";
import {
  type CertificateContext,
  type CertificateSource,
  ClusterError,
  GatewrightError,
} from "@gatewright/core";
import { type Certificate, verifyCertificate } from "@gatewright/core/certificates";
import { certificatePolicy, serviceHosts } from "./certificate-policy.ts";
import { createKeeper, type Serving } from "./keeper.ts";
import { IS_GONE, type Step } from "./next-step.ts";
import { certificateMetrics, unverifiedBundles } from "./unverified-bundles.ts";
import { secretPort } from "./secret-port.ts";
import type { SelfManagedCertificateOptions } from "./self-managed-options.ts";
import { x509Authority } from "./x509-authority.ts";

/** How long a start waits for the Secret; then the process ends, and is started anew. */
const START_MS = 120_000;
/** Steps in a row, before the next look is put off: no rotation has more. */
const MOST_STEPS = 8;

/** Opens the certificate, and keeps it until it is closed. */
export async function openSelfManaged(
  options: SelfManagedCertificateOptions,
  { connection: connect, log, onReload, onError }: CertificateContext,
): Promise<CertificateSource> {
  const connection = await connect();
  const { name: serviceName = "gatewright", namespace: ofService } = options.service ?? {};
  const namespace = options.secret?.namespace ?? ofService ?? connection.namespace;
  const secret = { name: options.secret?.name ?? `${serviceName}-tls`, namespace };
  const service = { name: serviceName, namespace: ofService ?? namespace };
  const hosts = [...serviceHosts(service.name, service.namespace), ...(options.hosts ?? [])];
  const policy = certificatePolicy(hosts, options);
  const closing = new AbortController();
  const { signal } = closing;
  const listeners = new Set<(certificate: Certificate) => void>();
  const where = `Secret ${namespace}/${secret.name}`;
  let said = "";
  /** What lasts is said once. */
  const sayOnce = (level: "info" | "warn", message: string, fields: object = {}): void => {
    if (message === said) return;
    said = message;
    log[level](fields, message);
  };
  let blindness = "";
  const port = secretPort(connection, secret, { service, hosts }, x509Authority, (err) => {
    if (err.message === blindness) return;
    blindness = err.message;
    log.warn({ err }, `${where}: registered webhooks cannot be seen: no CA is replaced meanwhile`);
  });
  const clock = { date: () => Date.now(), now: () => performance.now() };
  const keeper = createKeeper(port, policy, x509Authority, clock);
  let served: { from: Serving; certificate: Certificate } | undefined;

  const emit = (): void => {
    const from = keeper.serving();
    if (from === undefined || from === served?.from) return;
    const isNews = from.leaf.id !== served?.from.leaf.id;
    const { cert, key } = from.leaf;
    const certificate = isNews ? verifyCertificate({ cert, key }) : served?.certificate;
    if (certificate === undefined) return;
    const isFirst = served === undefined;
    served = { from, certificate };
    if (!isNews || isFirst) return;
    onReload(certificate);
    for (const listener of [...listeners]) listener(certificate);
  };
  const tell = (step: Step): void => {
    if (step.do === "refuse") sayOnce("warn", step.why);
    else if (step.do !== "wait") {
      // Two of them can be alike, and each is news.
      said = "";
      const isRepair = step.do === "restore" || step.do === "mend the bundle";
      const isLoss = step.do === "start over" && served !== undefined;
      // The Secret of a server that has never seen it is not lost, but yet to come.
      const isNew = step.do === "start over" && served === undefined && step.why === IS_GONE;
      const what = isNew ? "it is not there: making it, with a CA" : `${step.do}: ${step.why}`;
      sayOnce(isRepair || isLoss ? "warn" : "info", `${where}: ${what}`);
    } else if (step.until !== undefined) sayOnce("info", `${where}: waits until ${step.until}`);
  };
  const look = async (): Promise<Step> => {
    for (let steps = 1; ; steps++) {
      const { step, again } = await keeper.look();
      tell(step);
      emit();
      if (!again || steps >= MOST_STEPS || signal.aborted) return step;
    }
  };
  /** `ref`: the process is not to end meanwhile. */
  const pause = (ref: boolean): Promise<void> =>
    // Not all servers at the same moment.
    delay(policy.pollMs * (0.8 + 0.2 * Math.random()), undefined, { signal, ref }).catch(() => {});

  const startedAt = performance.now();
  while (served === undefined) {
    const last = await look().catch((error: unknown) => {
      // Its permissions may come a moment later than the server.
      const isLate = performance.now() - startedAt > START_MS;
      if (isLate || !(error instanceof ClusterError)) throw error;
      sayOnce("warn", `${where}: cannot be kept yet: ${error.message}`);
      return undefined;
    });
    if (last?.do === "refuse") throw new GatewrightError("GW_CERTIFICATE", last.why);
    if (keeper.serving() === undefined) await pause(true);
  }

  const keep = async (): Promise<void> => {
    let failure = "";
    for (;;) {
      await pause(false);
      if (signal.aborted) return;
      try {
        await look();
        failure = "";
      } catch (error) {
        const { message } = error as Error;
        if (message !== failure) onError(error as Error);
        failure = message;
      }
    }
  };
  const keeping = keep();

  return {
    current: () => (served as { certificate: Certificate }).certificate,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    caBundle: () => served?.from.cas.map(({ pem }) => pem).join(""),
    unready() {
      const unverified = unverifiedBundles(port.bundles(), served?.from.leaf, x509Authority);
      if (unverified.length === 0 || unverified.length < (port.bundles()?.length ?? 0)) return;
      return `is verified by no caBundle that is registered for ${service.name}.${service.namespace}.svc`;
    },
    metrics: () => certificateMetrics(served?.from, port.bundles(), x509Authority),
    async close() {
      closing.abort();
      await keeping;
      listeners.clear();
    },
  };
}
