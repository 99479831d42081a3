import { randomUUID } from "node:crypto";
import type {
  CertificateSource,
  ClusterConnection,
  KubernetesObject,
  Logger,
  Registration,
  WebhookEndpoint,
} from "@gatewright/core";
import { generateKey, issueCa, issueLeaf } from "@gatewright/core/certificates";
import { waitUntil } from "@gatewright/testing/control-plane";
import type { LiveConfiguration } from "../src/registration/differences.ts";
import { CONFIGURATIONS } from "../src/registration/configuration-resources.ts";
import type { RegisterWebhooksOptions } from "../src/registration/registration-settings.ts";
import { startRegistration } from "../src/registration/start-registration.ts";
import { endpoint } from "./endpoints.ts";

const MANAGER = { fieldManager: "kubectl-edit" };

/** A CA, and a leaf of it. */
export interface TestCertificate {
  readonly ca: string;
  readonly cert: string;
}

export async function issueFor(...hosts: string[]): Promise<TestCertificate> {
  const dates = {
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  };
  const caKey = await generateKey();
  const ca = await issueCa(caKey, "test", dates);
  const leaf = { commonName: "hook", hosts, usage: "serverAuth", ...dates } as const;
  return { ca, cert: await issueLeaf(await generateKey(), { cert: ca, key: caKey }, leaf) };
}

/** A server that registers itself, but for the server. */
export interface Registering {
  readonly registration: Registration;
  /** Lines of the log: `info: the webhooks are registered`, with the fields behind. */
  readonly lines: string[];
  /** Reasons not to be ready. */
  readonly unready: string[];
  /** Replaces the CA that callers are to trust. */
  trust(ca: string): void;
  metric(name: string): number | undefined;
  /** Resolves when a line of the log has this text. */
  says(text: string): Promise<void>;
}

export interface RegisteringOptions extends RegisterWebhooksOptions {
  connection: ClusterConnection;
  certificate: TestCertificate;
  endpoints?: readonly WebhookEndpoint[];
  unready?: string[];
  overlapMs?: number;
}

/** Starts it, asking often. */
export async function startRegistering(given: RegisteringOptions): Promise<Registering> {
  const { connection, certificate, unready = [], overlapMs, ...rest } = given;
  const { endpoints = [endpoint("a.example.com", "validate")], ...options } = rest;
  const lines: string[] = [];
  const log = recorder(lines);
  let { ca } = certificate;
  const changed = new Set<() => void>();
  const source = {
    current: () => ({ cert: certificate.cert }),
    onChange(listener: () => void) {
      changed.add(listener);
      return () => void changed.delete(listener);
    },
    caBundle: () => ca,
    async close() {},
  } as unknown as CertificateSource;
  const registration = await startRegistration(
    { pod: `pod-${randomUUID()}`, settleSeconds: 0, ...options },
    {
      connection: async () => connection,
      endpoints,
      certificate: source,
      log,
      unready: async () => unready,
    },
    50,
    overlapMs,
  );
  return {
    registration,
    lines,
    unready,
    trust(next) {
      ca = next;
      for (const listener of changed) listener();
    },
    metric: (name) =>
      registration.metrics().find((family) => family.name === `gatewright_registration_${name}`)
        ?.samples[0]?.value,
    async says(text) {
      const what = `the log to say "${text}"`;
      await waitUntil(() => lines.some((line) => line.includes(text)), { what, timeoutMs: 15_000 });
    },
  };
}

/** What the API server has of both phases. */
export async function registered(
  connection: Pick<ClusterConnection, "get">,
  name = "gatewright",
): Promise<Record<"mutate" | "validate", LiveConfiguration | undefined>> {
  return {
    mutate: await connection.get(CONFIGURATIONS.mutate, name),
    validate: await connection.get(CONFIGURATIONS.validate, name),
  };
}

/** Waits for what is registered to be so. */
export async function untilRegistered(
  connection: Pick<ClusterConnection, "get">,
  what: string,
  condition: (live: Awaited<ReturnType<typeof registered>>) => unknown,
): Promise<void> {
  await waitUntil(async () => condition(await registered(connection)), {
    what,
    timeoutMs: 15_000,
  });
}

/** Changes an object as a person does, and tries again where somebody is faster. */
export async function edit<T extends KubernetesObject>(
  connection: Pick<ClusterConnection, "get" | "update">,
  resource: string,
  name: string,
  change: (object: T) => void,
  namespace?: string,
): Promise<void> {
  await waitUntil(
    async () => {
      const found = await connection.get(
        resource,
        name,
        namespace === undefined ? {} : { namespace },
      );
      if (found === undefined) throw new Error(`there is no ${name}`);
      const object = structuredClone(found) as T;
      change(object);
      await connection.update(resource, object, MANAGER);
      return true;
    },
    { what: `a change of ${name}`, timeoutMs: 5_000 },
  );
}

function recorder(lines: string[]): Logger {
  const method =
    (level: string) =>
    (...line: [object, string] | [string]): void => {
      const [fields, message] = line.length === 1 ? [{}, line[0]] : line;
      const { err, ...others } = fields as { err?: unknown };
      const shown = err instanceof Error ? { ...others, err: err.message } : others;
      lines.push(`${level}: ${message} ${JSON.stringify(shown)}`);
    };
  const log: Logger = {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    child: () => log,
  };
  return log;
}
