import type { Installation } from "../installation.ts";
import { textMark, valueMark } from "./template-text.ts";

const releaseNamespace = textMark(".Release.Namespace");

/**
 * The installation with marks for what a chart's values, or the release, say: the objects that are made of it have them
 * wherever the value would have gone. What is only there at times is all there, to be left out by a template's `if`.
 */
export function governedInstallation(installation: Installation): Installation {
  const { namespace } = installation;
  return {
    ...installation,
    namespace: releaseNamespace,
    image: valueMark(".Values.image | toJson"),
    imagePullPolicy: valueMark(".Values.imagePullPolicy"),
    // `governedObject` puts in what is left out where it is empty.
    imagePullSecrets: [],
    nodeSelector: {},
    tolerations: [],
    podLabels: {},
    podAnnotations: {},
    resources: {},
    priorityClassName: undefined,
    networkPolicy: { apiServer: undefined, egress: [] },
    serviceMonitor: installation.metricsPort === undefined ? undefined : { labels: {} },
    namespacedRules: installation.namespacedRules.map((rules) =>
      rules.namespace === namespace ? { ...rules, namespace: releaseNamespace } : rules,
    ),
  };
}
