export {
  certificateClusterPolicyRules,
  type CertificateAccess,
  certificatePolicyRules,
} from "./certificates/certificate-policy-rules.ts";
export type { CertificateLifetimes } from "./certificates/certificate-policy.ts";
export { selfManagedCertificate } from "./certificates/self-managed-certificate.ts";
export type { SelfManagedCertificateOptions } from "./certificates/self-managed-options.ts";
export { connectCluster } from "./connect-cluster.ts";
export type { ConnectClusterOptions } from "./connect-options.ts";
export { type RegistrationAccess, registrationPolicyRules } from "./registration/policy-rules.ts";
export { registerWebhooks } from "./registration/register-webhooks.ts";
export type { RegisterWebhooksOptions } from "./registration/registration-settings.ts";
export {
  type OwnerReference,
  type RegisteredWebhook,
  type WebhookClient,
  type WebhookConfiguration,
  webhookConfigurations,
  type WebhookConfigurationsOptions,
} from "./registration/webhook-configurations.ts";
