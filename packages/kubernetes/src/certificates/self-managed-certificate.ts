import type { CertificateOpener } from "@gatewright/core";
import type { SelfManagedCertificateOptions } from "./self-managed-options.ts";

/**
 * A certificate, and a CA of its own, that servers keep in a Secret and renew by themselves: whichever of them comes first.
 * While a CA is replaced, callers trust both, for as long as it takes. `docs/certificates.md` tells how.
 *
 * What the server needs for it, `certificatePolicyRules` and `certificateClusterPolicyRules` say.
 *
 * @example
 * createServer({
 *   webhooks: { "pods.example.com": { plugins: [noHostNetwork()] } },
 *   tls: selfManagedCertificate({ service: { name: "hook" } }),
 *   registration: registerWebhooks({ service: { name: "hook" } }),
 *   cluster: () => connectCluster(),
 * });
 */
export function selfManagedCertificate(
  options: SelfManagedCertificateOptions = {},
): CertificateOpener {
  return async (context) => {
    // A server that only connects starts without this code.
    const { openSelfManaged } = await import("./open-self-managed.ts");
    return openSelfManaged(options, context);
  };
}
