/**
 * `templates/_helpers.tpl`. Its first definition is the configuration that the server gets, held against the one that
 * the chart was written from: its ports, RBAC and certificates fit only that.
 *
 * @param file - the latter's path in the chart
 */
export function helpersTemplate(file: string): string {
  return `{{- define "gatewright.config" -}}
{{- $text := .Values.config | default (.Files.Get "${file}") -}}
{{- $written := .Files.Get "${file}" | fromYaml -}}
{{- $config := fromYaml $text -}}
{{- if hasKey $config "Error" -}}
{{- fail (printf "config is not YAML: %v" $config.Error) -}}
{{- end -}}
{{- $namespace := ($config.deployment | default dict).namespace | default .Release.Namespace -}}
{{- if ne $namespace .Release.Namespace -}}
{{- fail (printf "the configuration says deployment.namespace: %v, and the release is in %s: leave that line out, or install with --namespace %v" $namespace .Release.Namespace $namespace) -}}
{{- end -}}
{{- range concat (keys $written) (keys $config) | uniq | sortAlpha -}}
{{- if and (ne . "webhooks") (ne (get $written . | toJson) (get $config . | toJson)) -}}
{{- fail (printf "%s in config is not what this chart was written from, and its ports, RBAC or certificates would not fit it: ${ANEW}" .) -}}
{{- end -}}
{{- end -}}
{{- $needed := include "gatewright.plugins" $config -}}
{{- $known := include "gatewright.plugins" $written -}}
{{- if ne $needed $known -}}
{{- fail (printf "config has the plugins %s; this chart has what %s may do in the cluster: ${ANEW}" $needed $known) -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{- define "gatewright.plugins" -}}
{{- $names := list -}}
{{- range .webhooks -}}
{{- range .plugins -}}
{{- $names = append $names .plugin -}}
{{- end -}}
{{- end -}}
{{- $names | uniq | sortAlpha | join ", " -}}
{{- end -}}

{{- /* Seven tenths of the container's memory for Node's heap; nothing where the memory has no limit. */ -}}
{{- define "gatewright.heapMebibytes" -}}
{{- $memory := dig "limits" "memory" "" .Values.resources -}}
{{- if not (kindIs "string" $memory) -}}
{{- $memory = $memory | int64 | toString -}}
{{- end -}}
{{- if $memory -}}
{{- $factors := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $factor := get $factors (regexFind "[A-Za-z]*$" $memory) -}}
{{- divf (mulf (regexFind "^[0-9.]+" $memory) $factor 0.7) 1048576 | floor | int64 -}}
{{- end -}}
{{- end -}}
`;
}

const ANEW = "write the chart anew, by gatewright manifests --format helm";
