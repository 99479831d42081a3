import { definePlugin } from "@gatewright/core";

/** Set to "true" on a pod, it asks for the sidecar. */
const WANTED = "sidecar.example.com/inject";

/** Says on a pod which container it was given. */
const INJECTED = "sidecar.example.com/injected";

/** Pods that ask for it get a container, and a volume with it, at the end of their lists. */
export default definePlugin({
  name: "inject-sidecar",
  config: {
    type: "object",
    additionalProperties: false,
    required: ["container"],
    properties: {
      container: {
        description: "As in a pod's spec.containers.",
        type: "object",
        required: ["name", "image"],
        properties: {
          name: { type: "string", minLength: 1 },
          image: { type: "string", minLength: 1 },
        },
      },
      volume: {
        description: "As in a pod's spec.volumes.",
        type: "object",
        required: ["name"],
        properties: { name: { type: "string", minLength: 1 } },
      },
    },
  },
  mutate: {
    // A pod's containers cannot be changed later.
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
    sideEffects: "None",
    handle({ object: { metadata, spec } }, { config: { container, volume }, warn }) {
      const annotations = metadata?.annotations;
      if (!spec || annotations?.[WANTED] !== "true") return;

      // Asked of the containers, not of the annotation, which anybody can write: a second call, or a
      // pod that was copied from a cluster, has the sidecar already.
      const all = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
      if (all.some(({ name }) => name === container.name)) {
        if (annotations[INJECTED] !== container.name) {
          warn(`no sidecar was injected: the pod has a container "${container.name}" of its own`);
        }
        return;
      }

      // Copied, because the configuration is read-only and the pod is not.
      (spec.containers ??= []).push(structuredClone(container));
      if (volume && !spec.volumes?.some(({ name }) => name === volume.name)) {
        (spec.volumes ??= []).push(structuredClone(volume));
      }
      annotations[INJECTED] = container.name;
    },
  },
});
