import { yamlText } from "../../frame/yaml-text.ts";
import { objectLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";

/** `values.yaml`: what the configuration says, by the names that it has for it in `deployment`. */
export function chartValues(installation: Installation): Record<string, unknown> {
  const { networkPolicy, serviceMonitor } = installation;
  return {
    image: installation.image,
    imagePullPolicy: installation.imagePullPolicy,
    imagePullSecrets: installation.imagePullSecrets,
    replicas: installation.replicas,
    resources: installation.resources,
    priorityClassName: installation.priorityClassName ?? "",
    nodeSelector: installation.nodeSelector,
    tolerations: installation.tolerations,
    affinity: {},
    podLabels: without(installation.podLabels, reservedLabels(installation)),
    podAnnotations: without(installation.podAnnotations, reservedAnnotations),
    serviceMonitor: {
      enabled: serviceMonitor !== undefined,
      labels: without(serviceMonitor?.labels ?? {}, reservedLabels(installation)),
    },
    networkPolicy: {
      enabled: networkPolicy !== undefined,
      apiServer: networkPolicy?.apiServer ?? [],
      egress: networkPolicy?.egress ?? [],
    },
    createNamespace: false,
    config: "",
  };
}

/** Labels that the templates set themselves. */
export function reservedLabels(installation: Pick<Installation, "name">): string[] {
  return Object.keys(objectLabels(installation));
}

/** Annotations that the templates set themselves. */
export const reservedAnnotations = ["gatewright.dev/config-sha256"];

function without(map: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

/** What a value is for, where its name does not say it. */
const notes: Record<string, string> = {
  image:
    "With the plugins in it. By digest it is always the same: registry.example.com/gatewright@sha256:…",
  imagePullSecrets: "Names of Secrets.",
  replicas: "With one, every restart is an outage.",
  resources: "As they were measured. Node's heap is seven tenths of the memory's limit.",
  priorityClassName: "Empty: a PriorityClass of the chart's own.",
  serviceMonitor: "For the Prometheus operator, whose CRDs the cluster then needs.",
  networkPolicy:
    "apiServer: CIDRs of the API servers; without any, what API servers need is allowed for everybody.\negress: rules for what plugins call beside the cluster.",
  createNamespace:
    "Whether the release's namespace is among the objects. Helm wants it to be there before, so that is for those who\nonly render the chart. The namespace is to have the label pod-security.kubernetes.io/enforce=restricted.",
  config:
    "The configuration file's text, in place of gatewright.yaml in this chart. Policies may change freely; where the\nserver listens, its certificate, its registration and which plugins there are need a chart that is written for them,\nand another one is refused.",
};

/** The values as YAML, each under what it is for. */
export function valuesText(values: Record<string, unknown>): string {
  const parts = Object.entries(values).map(([name, value]) => {
    const note = notes[name];
    const comment = note === undefined ? "" : `${note.replaceAll(/^/gm, "# ")}\n`;
    return comment + yamlText({ [name]: value });
  });
  return parts.join("\n");
}
