import { X509Certificate } from "node:crypto";
import type { CertificateContext, ClusterConnection, Logger } from "@gatewright/core";
import { verifies } from "@gatewright/core/certificates";
import { expect } from "chai";
import { selfManagedCertificate } from "./self-managed-certificate.ts";
import type { SelfManagedCertificateOptions } from "./self-managed-options.ts";
import type { Secret } from "./secret-object.ts";

export const HOOKS = "admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
export const SECRETS = "v1/secrets";
export const as = { fieldManager: "test" };

/** Opens certificates over one connection, and hears all that is said. */
export function keeping(connection: ClusterConnection, lines: string[] = []) {
  const log =
    (level: string, bound: object = {}): Logger["info"] =>
    (...line: [object, string] | [string]) => {
      // As pino writes errors: all that they have.
      const shown = line.map((part) =>
        typeof part === "object" && "err" in part
          ? { ...part, err: String((part.err as Error).stack), ...(part.err as object) }
          : part,
      );
      lines.push(JSON.stringify([level, bound, ...shown]));
    };
  const logger: Logger = {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: () => logger,
  };
  const context: CertificateContext = {
    connection: async () => connection,
    log: logger,
    onReload: ({ fingerprint256 }) => void lines.push(`reload ${fingerprint256}`),
    onError: (error) => void lines.push(`error ${error.stack} ${JSON.stringify(error)}`),
  };
  const open = async (options: SelfManagedCertificateOptions = {}) => {
    const source = await selfManagedCertificate({
      service: { name: "hook", namespace: "default" },
      propagationSeconds: 1,
      ...options,
    })(context);
    return { ...source, [Symbol.asyncDispose]: () => source.close() };
  };
  const secret = async (): Promise<Secret | undefined> =>
    await connection.get(SECRETS, "hook-tls", { namespace: "default" });
  return {
    lines,
    open,
    secret,
    /** What it holds, decoded. */
    async data(): Promise<Record<string, string>> {
      const { data = {} } = (await secret()) ?? {};
      return Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
      );
    },
    async cas(): Promise<string[]> {
      return fingerprints((await this.data())["ca.crt"] ?? "");
    },
    /** Changes the Secret as somebody else would. */
    async edit(change: (secret: Secret & { data: Record<string, string> }) => void) {
      const edited = structuredClone(await secret()) as Secret & { data: Record<string, string> };
      change(edited);
      await connection.update(SECRETS, edited, as);
    },
    async ask(rotation: string) {
      const metadata = { name: "hook-tls", namespace: "default" };
      const annotations = { "gatewright.dev/rotate": rotation };
      await this.edit((edited) => {
        edited.metadata = { ...edited.metadata, ...metadata, annotations };
      });
    },
    /** Registers a webhook of the server's Service with a bundle. */
    async register(bundle: string, name = "hook") {
      const service = { name: "hook", namespace: "default", path: "/validate/x" };
      await connection.apply(
        HOOKS,
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name },
          webhooks: [
            {
              name: "pods.example.com",
              clientConfig: { service, caBundle: Buffer.from(bundle).toString("base64") },
              rules: [
                {
                  apiGroups: [""],
                  apiVersions: ["v1"],
                  resources: ["pods"],
                  operations: ["CREATE"],
                },
              ],
              failurePolicy: "Ignore",
              sideEffects: "None",
              admissionReviewVersions: ["v1"],
            },
          ],
        } as never,
        as,
      );
    },
  };
}

/** Of the certificates in a PEM text. */
export function fingerprints(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).fingerprint256);
}

/** That who trusts what the source gives out verifies what it serves. */
export function expectVerified(source: {
  caBundle?(): string | undefined;
  current(): { cert: string };
}): void {
  expect(verifies(source.caBundle?.() ?? "", source.current().cert)).to.equal(true);
}
