import { namespaced } from "../labels.ts";
import type { Installation, InstalledCertificate } from "../installation.ts";

/** What cert-manager is to issue. A leaf of 90 days that is renewed at two thirds, as cert-manager does by itself. */
export function certificateObject(
  installation: Installation,
  { secretName, issuerRef }: Extract<InstalledCertificate, { kind: "cert-manager" }>,
) {
  const { name, namespace } = installation;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: namespaced(installation),
    spec: {
      secretName,
      // What the API server asks for is the first; the others are for people and probes of theirs.
      dnsNames: [
        `${name}.${namespace}.svc`,
        `${name}.${namespace}`,
        `${name}.${namespace}.svc.cluster.local`,
      ],
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth"],
      issuerRef,
    },
  };
}
