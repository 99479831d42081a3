import type { RegistrationOpener } from "@gatewright/core";
import type { RegisterWebhooksOptions } from "./registration-settings.ts";

/**
 * Lets a server register its own webhooks with the API server: last, once every replica that serves is ready; and keep
 * them so, as long as it lives, and no longer. Of several replicas one does so, the one that holds the Lease
 * `<name>-registration`. What the server needs for it, `registrationPolicyRules` says.
 *
 * @example
 * createServer({
 *   webhooks: { "pods.example.com": { plugins: [noHostNetwork()] } },
 *   tls: selfManagedCertificate(),
 *   registration: registerWebhooks({ deployment: { name: "gatewright" } }),
 *   cluster: () => connectCluster(),
 * });
 */
export function registerWebhooks(options: RegisterWebhooksOptions = {}): RegistrationOpener {
  return async (context) => {
    // A server that only connects starts without this code.
    const { startRegistration } = await import("./start-registration.ts");
    return startRegistration(options, context);
  };
}
