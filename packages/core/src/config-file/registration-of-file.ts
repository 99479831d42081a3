import type { RegistrationOpener } from "../registration.ts";
import { fromKubernetes } from "./from-kubernetes.ts";
import type { PluginSource } from "./import-plugin.ts";
import type { ConfigFile } from "./schema.ts";

interface ServiceReference {
  name: string;
  /** Left out: that of the server's pod. */
  namespace?: string;
  port: number;
}

/** What `registerWebhooks` of `@gatewright/kubernetes` is told of a configuration file. */
export interface RegistrationSettings {
  /** Of both webhook configurations. */
  name: string;
  /** One of the two: where the API server calls. */
  service?: ServiceReference;
  url?: string;
  /** The Deployment whose rollout is waited for; left out where there is none. */
  deployment?: { name: string; namespace?: string };
  /** How long every replica has been ready before anything is registered. */
  settleSeconds?: number;
  /** The Certificate of cert-manager, in the server's namespace, whose CA its cainjector writes. */
  certManagerCertificate?: string;
}

const DEFAULT_NAME = "gatewright";

/** The Service by which the API server calls the server. */
export function serviceOfFile({ registration, deployment }: ConfigFile): ServiceReference {
  const { name = deployment?.name ?? DEFAULT_NAME, port = 443 } = registration?.service ?? {};
  const namespace = registration?.service?.namespace ?? deployment?.namespace;
  return { name, port, ...(namespace !== undefined && { namespace }) };
}

/** How the webhooks of a configuration file are to be registered, by whomever. */
export function registrationSettings(file: ConfigFile): RegistrationSettings {
  const { registration = {}, deployment, tls } = file;
  const deployed = deployment?.name ?? DEFAULT_NAME;
  const namespace = deployment?.namespace;
  return {
    name: registration.name ?? deployed,
    ...(registration.url === undefined
      ? { service: serviceOfFile(file) }
      : { url: registration.url }),
    ...(deployment !== undefined && {
      deployment: { name: deployed, ...(namespace !== undefined && { namespace }) },
    }),
    ...(registration.settleSeconds !== undefined && {
      settleSeconds: registration.settleSeconds,
    }),
    ...(tls?.certManager !== undefined && { certManagerCertificate: deployed }),
  };
}

/** What registers the webhooks of a configuration file. */
export function registrationOfFile(file: ConfigFile, source: PluginSource): RegistrationOpener {
  return async (context) => {
    type Register = (settings: RegistrationSettings) => RegistrationOpener;
    const register = await fromKubernetes<Register>("registerWebhooks", "/registration", source);
    return register(registrationSettings(file))(context);
  };
}
