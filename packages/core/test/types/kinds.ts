/** Users add their own kinds to `Kinds`: by another module of the package that it comes from. */
import type { ObjectMeta } from "@gatewright/kubernetes-types/meta/v1";
import { definePlugin } from "../../src/plugin.ts";
import type { DeepReadonly, KubernetesObject } from "../../src/rule-types.ts";
import { same } from "./same.ts";

interface Widget {
  apiVersion: "types.example.com/v1";
  kind: "Widget";
  metadata: ObjectMeta;
  spec: { size: number; parts?: { name: string }[] };
}

interface PodMetrics {
  apiVersion: "v9";
  kind: "PodMetrics";
  containers: string[];
}

declare module "@gatewright/kubernetes-types" {
  interface Kinds {
    "types.example.com/v1/widgets": Widget;
    "types.example.com/v1/widgets/status": Widget;
    // A group that is known already takes another version, and another resource.
    "v9/podmetrics": PodMetrics;
  }
}

definePlugin({
  name: "widgets",
  mutate: {
    rules: [
      {
        apiGroups: ["types.example.com"],
        apiVersions: ["v1"],
        resources: ["widgets", "widgets/status"],
        operations: ["CREATE", "UPDATE"],
      },
    ],
    sideEffects: "None",
    handle({ object }) {
      same<Widget>()(object);
      object.spec.size = 2;
      // @ts-expect-error: a number
      object.spec.size = "2";
    },
  },
  validate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v9"], resources: ["podmetrics"], operations: ["CREATE"] },
      {
        apiGroups: ["types.example.com"],
        apiVersions: ["*"],
        resources: ["widgets"],
        operations: ["CREATE"],
      },
    ],
    sideEffects: "None",
    handle: ({ object }) => same<DeepReadonly<PodMetrics> | DeepReadonly<Widget>>()(object),
  },
});

// Every kind can be passed where any object will do.
declare const widget: Widget;
const anyObject: KubernetesObject = widget;
const anyReadOnly: DeepReadonly<KubernetesObject> = widget;
export { anyObject, anyReadOnly };
