import type { Installation } from "../installation.ts";

/** `templates/NOTES.txt`: what Helm says after an installation. */
export function notesTemplate({ name, registers, certificate }: Installation): string {
  const parts = [
    `Its server is there when this says so:

    kubectl --namespace {{ .Release.Namespace }} rollout status deployment/${name}`,
    registers
      ? `Then it registers its webhooks by itself, and keeps them so:

    kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations --selector app.kubernetes.io/managed-by=gatewright`
      : `Then have its webhooks called, and before \`helm uninstall\` no more:

    gatewright register --config gatewright.yaml
    gatewright unregister --config gatewright.yaml`,
    ...(certificate.kind === "cert-manager"
      ? ["cert-manager has to be in the cluster, with the issuer that the configuration names."]
      : []),
    `Let no pod into its namespace that is under a weaker level than restricted, as its own are:

    kubectl label namespace {{ .Release.Namespace }} pod-security.kubernetes.io/enforce=restricted`,
  ];
  return `${parts.join("\n\n")}\n`;
}
