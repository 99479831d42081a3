import { yamlText } from "../../frame/yaml-text.ts";
import type { ManifestObject } from "../manifest.ts";
import { entryMark, valueMark } from "./template-text.ts";

/** An object of a governed installation as a template: marks where values go, and whether it is there at all. */
export interface GovernedObject {
  readonly object: ManifestObject;
  /** A template's condition; undefined where it is always there. */
  readonly condition?: string;
}

/** Has a chart's values in an object what `governedInstallation` had to leave out of it. */
export function governedObject(object: ManifestObject, usesCluster: boolean): GovernedObject {
  switch (object.kind) {
    case "Namespace":
      return { object, condition: ".Values.createNamespace" };
    case "PriorityClass":
      return { object, condition: "not .Values.priorityClassName" };
    case "ConfigMap":
      return { object: { ...object, data: { config: CONFIG } } };
    case "NetworkPolicy":
      return {
        object: governedNetworkPolicy(object, usesCluster),
        condition: ".Values.networkPolicy.enabled",
      };
    case "ServiceMonitor": {
      const { metadata } = object;
      const labels = { ...metadata.labels, more: spread("serviceMonitor.labels") };
      return {
        object: { ...object, metadata: { ...metadata, labels } },
        condition: ".Values.serviceMonitor.enabled",
      };
    }
    case "Deployment":
      return { object: governedDeployment(object) };
    default:
      return { object };
  }
}

const CONFIG = entryMark(
  '{{- dict "gatewright.yaml" (include "gatewright.config" .) | toYaml | nindent @0 }}',
);

/** A map's or list's entry that is left out where the value is empty. */
function unlessEmpty(name: string, key = name): string {
  return entryMark(
    `{{- with .Values.${name} }}\n${key}:\n  {{- toYaml . | nindent @2 }}\n{{- end }}`,
  );
}

/** The entries of a map, beside others. */
function spread(name: string): string {
  return entryMark(`{{- with .Values.${name} }}\n{{- toYaml . | nindent @0 }}\n{{- end }}`);
}

interface Deployment extends ManifestObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: object };
      readonly spec: { readonly containers: readonly object[] } & object;
    } & object;
  } & object;
}

function governedDeployment(object: ManifestObject): ManifestObject {
  const { spec } = object as Deployment;
  const { metadata } = spec.template;
  const { containers, ...pod } = spec.template.spec;
  return {
    ...object,
    spec: {
      ...spec,
      replicas: valueMark(".Values.replicas | int"),
      template: {
        metadata: {
          labels: { ...metadata.labels, more: spread("podLabels") },
          annotations: {
            ...metadata.annotations,
            "gatewright.dev/config-sha256": valueMark(
              'include "gatewright.config" . | sha256sum | quote',
            ),
            more: spread("podAnnotations"),
          },
        },
        spec: {
          ...pod,
          priorityClassName: valueMark(
            `.Values.priorityClassName | default "${object.metadata.name}" | quote`,
          ),
          imagePullSecrets: entryMark(PULL_SECRETS),
          nodeSelector: unlessEmpty("nodeSelector"),
          tolerations: unlessEmpty("tolerations"),
          affinity: unlessEmpty("affinity"),
          containers: containers.map((container) => ({
            ...container,
            env: entryMark(HEAP),
            resources: entryMark("resources:\n  {{- toYaml .Values.resources | nindent @2 }}"),
          })),
        },
      },
    },
  };
}

const PULL_SECRETS = `{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ toJson . }}
  {{- end }}
{{- end }}`;

const HEAP = `{{- with include "gatewright.heapMebibytes" . }}
env:
  - name: NODE_OPTIONS
    value: "--max-old-space-size={{ . }}"
{{- end }}`;

const API_SERVERS = (key: string) => `{{- with .Values.networkPolicy.apiServer }}
${key}:
  {{- range . }}
  - ipBlock:
      cidr: {{ toJson . }}
  {{- end }}
{{- end }}`;

interface NetworkPolicy extends ManifestObject {
  readonly spec: { readonly ingress: readonly object[]; readonly egress: readonly object[] };
}

function governedNetworkPolicy(object: ManifestObject, usesCluster: boolean): ManifestObject {
  const { spec } = object as NetworkPolicy;
  const [webhooks, ...ingress] = spec.ingress;
  const [dns, toApiServer] = spec.egress;
  const more = entryMark(
    "{{- with .Values.networkPolicy.egress }}\n{{- toYaml . | nindent @0 }}\n{{- end }}",
  );
  return {
    ...object,
    spec: {
      ...spec,
      ingress: [{ ...webhooks, from: entryMark(API_SERVERS("from")) }, ...ingress],
      egress: [dns, ...(usesCluster ? [apiServerItem(toApiServer)] : []), more],
    },
  };
}

/** Ports of any address, or any port of the addresses that are known. */
function apiServerItem(anywhere: object | undefined): string {
  return entryMark(`{{- with .Values.networkPolicy.apiServer }}
- to:
    {{- range . }}
    - ipBlock:
        cidr: {{ toJson . }}
    {{- end }}
{{- else }}
${yamlText([anywhere]).trimEnd()}
{{- end }}`);
}
