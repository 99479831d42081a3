import type { KubernetesObject } from "@gatewright/core";
import type { RotationRequest, SecretData } from "./secret-contents.ts";
import type { SecretChange } from "./secret-change.ts";

/** Who keeps the Secret: one without this label belongs to whoever made it, and is never written. */
export const MANAGED_BY = "app.kubernetes.io/managed-by";

/** Its value. */
export const GATEWRIGHT = "gatewright";

/** The annotation that asks for a new certificate: `leaf`, or `ca` for a new CA and then a certificate of it. */
export const ROTATE = "gatewright.dev/rotate";

/** The resource, as connections name it. */
export const SECRETS = "v1/secrets";

/** A Secret, as JSON has it. */
export type Secret = KubernetesObject & {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
};

/** A Secret of ours, taken apart. */
export interface SecretParts {
  readonly data: SecretData;
  readonly request: RotationRequest | undefined;
}

/** Whether a Secret is ours to write. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata?.labels?.[MANAGED_BY] === GATEWRIGHT;
}

/** What a Secret holds, as text. */
export function secretParts(secret: Secret): SecretParts {
  const encoded = secret.data ?? {};
  const data = Object.fromEntries(
    Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
  return { data, request: requestOf(secret.metadata?.annotations?.[ROTATE]) };
}

/** The Secret as it is to be: a new one, or `secret` with all that is not ours, and its resourceVersion. */
export function changedSecret(
  { name, namespace }: { name: string; namespace: string },
  secret: Secret | undefined,
  { data, request }: SecretChange,
): Secret {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  const { [ROTATE]: _, ...others } = secret?.metadata?.annotations ?? {};
  const annotations = request === undefined ? others : { ...others, [ROTATE]: request };
  const labels = { ...secret?.metadata?.labels, [MANAGED_BY]: GATEWRIGHT };
  return {
    apiVersion: "v1",
    kind: "Secret",
    // The type cannot be changed, and a person's may be another.
    type: "kubernetes.io/tls",
    ...secret,
    metadata: { ...secret?.metadata, name, namespace, labels, annotations },
    data: encoded,
  };
}

function requestOf(text: string | undefined): RotationRequest | undefined {
  return text === "leaf" || text === "ca" || text === "ca, begun" ? text : undefined;
}
