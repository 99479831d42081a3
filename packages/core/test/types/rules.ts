/** A plugin's rules select the types of `object` and `oldObject`; the author writes no type. */
import type { Deployment, StatefulSet } from "@gatewright/kubernetes-types/apps/v1";
import type { Scale } from "@gatewright/kubernetes-types/autoscaling/v1";
import type { HorizontalPodAutoscaler as HpaV1 } from "@gatewright/kubernetes-types/autoscaling/v1";
import type { HorizontalPodAutoscaler as HpaV2 } from "@gatewright/kubernetes-types/autoscaling/v2";
import type {
  Container,
  Namespace,
  Pod,
  PodExecOptions,
  Service,
} from "@gatewright/kubernetes-types/core/v1";
import type { DeleteOptions } from "@gatewright/kubernetes-types/meta/v1";
import type { Eviction } from "@gatewright/kubernetes-types/policy/v1";
import type { Operation } from "../../src/admission.ts";
import { definePlugin } from "../../src/plugin.ts";
import type {
  DeepReadonly,
  KubernetesObject,
  NoSuchRequest,
  Rule,
  ValidateRequest,
} from "../../src/rule-types.ts";
import { same } from "./same.ts";

const pods = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] } as const;

// A validator: everything is read-only, and the operation says which object is null.
definePlugin({
  name: "pods",
  validate: {
    rules: [{ ...pods, operations: ["CREATE", "UPDATE", "DELETE"] }],
    sideEffects: "None",
    handle(request, { deny }) {
      same<DeepReadonly<Pod> | null>()(request.object);
      // @ts-expect-error: on DELETE there is no object
      request.object.spec;
      if (request.operation === "DELETE") {
        same<null>()(request.object);
        same<DeepReadonly<Pod>>()(request.oldObject);
        same<DeepReadonly<DeleteOptions>>()(request.options);
        return;
      }
      const { object } = request;
      same<DeepReadonly<Pod>>()(object);
      same<boolean | undefined>()(object.spec.hostNetwork);
      same<Readonly<Record<string, string>> | undefined>()(object.metadata.annotations);
      same<string | undefined>()(object.metadata.deletionTimestamp);
      same<"Pod">()(object.kind);
      if (request.operation === "CREATE") same<null>()(request.oldObject);
      else same<DeepReadonly<Pod>>()(request.oldObject);
      // kube-apiserver sends `containers: null` to mutators of a pod that has none.
      // @ts-expect-error: possibly null
      object.spec.containers.length;
      for (const container of object.spec.containers ?? []) {
        if (container.securityContext?.runAsUser === 0) deny(container.name);
        // @ts-expect-error: a validator cannot write
        container.image = "other";
      }
      // @ts-expect-error: a validator cannot write
      object.metadata.labels = {};
      // @ts-expect-error: nor add to a list
      object.spec.containers?.push({ name: "c" });
      // @ts-expect-error: no such field
      object.spec.hostNetworking;
      // @ts-expect-error: no such policy
      if (object.spec.restartPolicy === "Sometimes") return;
      same<string>()(request.uid);
      same<string | undefined>()(request.userInfo.username);
      // @ts-expect-error: a request is read-only too
      request.name = "other";
    },
  },
});

// Destructured parameters narrow each other.
definePlugin({
  name: "destructured",
  validate: {
    rules: [{ ...pods, operations: ["CREATE", "DELETE"] }],
    sideEffects: "None",
    handle({ operation, object, oldObject, options }) {
      if (operation === "CREATE") {
        same<DeepReadonly<Pod>>()(object);
        same<null>()(oldObject);
      } else {
        same<null>()(object);
        same<DeepReadonly<Pod>>()(oldObject);
        same<number | undefined>()(options.gracePeriodSeconds);
      }
    },
  },
});

// A mutator: the object is a draft, what is stored is not. Nothing is null, for there is no DELETE.
definePlugin({
  name: "draft",
  mutate: {
    rules: [{ ...pods, operations: ["CREATE", "UPDATE"] }],
    sideEffects: "None",
    handle({ object, operation, oldObject }) {
      same<Pod>()(object);
      object.metadata.annotations ??= {};
      object.metadata.annotations["example.com/seen"] = "yes";
      (object.spec.securityContext ??= {}).runAsNonRoot = true;
      const sidecar: Container = { name: "sidecar", image: "example.com/sidecar:1" };
      (object.spec.containers ??= []).push(sidecar);
      delete object.spec.nodeName;
      // @ts-expect-error: a boolean
      object.spec.hostNetwork = "yes";
      if (operation === "UPDATE") {
        // @ts-expect-error: what is stored is not changed
        oldObject.spec.hostNetwork = true;
      }
    },
  },
});

// A mutator and a validator have types of their own, from rules of their own.
definePlugin({
  name: "both",
  mutate: {
    rules: [{ ...pods, operations: ["CREATE"] }],
    sideEffects: "None",
    handle: ({ object }) => same<Pod>()(object),
  },
  validate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["services"], operations: ["CREATE"] },
    ],
    sideEffects: "None",
    handle: ({ object }) => same<DeepReadonly<Service>>()(object),
  },
});

// Several resources, and several rules, are a union; `kind` tells its members apart.
definePlugin({
  name: "unions",
  validate: {
    rules: [
      {
        apiGroups: ["apps"],
        apiVersions: ["v1"],
        resources: ["deployments", "statefulsets"],
        operations: ["CREATE"],
      },
      { ...pods, operations: ["UPDATE"] },
    ],
    sideEffects: "None",
    handle(request) {
      const { object } = request;
      same<DeepReadonly<Deployment> | DeepReadonly<StatefulSet> | DeepReadonly<Pod>>()(object);
      if (object.kind === "StatefulSet") same<string | undefined>()(object.spec.serviceName);
      if (request.operation === "UPDATE") same<DeepReadonly<Pod>>()(request.object);
    },
  },
});

// What the API server never sends is no member: there is no DELETE of an Eviction.
definePlugin({
  name: "evictions",
  validate: {
    rules: [{ ...pods, resources: ["pods", "pods/eviction"], operations: ["CREATE", "DELETE"] }],
    sideEffects: "NoneOnDryRun",
    handle(request) {
      if (request.operation === "DELETE") {
        same<DeepReadonly<Pod>>()(request.oldObject);
      } else if (request.object.kind === "Eviction") {
        same<DeepReadonly<Eviction>>()(request.object);
        same<readonly string[] | undefined>()(request.object.deleteOptions?.dryRun);
      } else {
        same<DeepReadonly<Pod>>()(request.object);
      }
    },
  },
});

// Subresources have the object that admission sees: for scale, a Scale.
definePlugin({
  name: "subresources",
  validate: {
    rules: [
      {
        apiGroups: ["apps"],
        apiVersions: ["v1"],
        resources: ["deployments/scale"],
        operations: ["*"],
      },
    ],
    sideEffects: "None",
    handle({ object, operation }) {
      same<"UPDATE">()(operation);
      same<DeepReadonly<Scale>>()(object);
    },
  },
  mutate: {
    rules: [
      { ...pods, resources: ["pods/status", "pods/ephemeralcontainers"], operations: ["UPDATE"] },
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: ["namespaces/finalize"],
        operations: ["UPDATE"],
      },
    ],
    sideEffects: "None",
    handle: ({ object }) => same<Pod | Namespace>()(object),
  },
});

// CONNECT carries the options of the call.
definePlugin({
  name: "connect",
  validate: {
    rules: [{ ...pods, resources: ["pods/exec"], operations: ["CONNECT"] }],
    sideEffects: "None",
    handle({ object, oldObject, options }, { deny }) {
      same<DeepReadonly<PodExecOptions>>()(object);
      same<null>()(oldObject);
      same<null>()(options);
      if (object.command?.includes("sh")) deny("no shells");
    },
  },
});

// Every operation of a resource, and every version of it.
definePlugin({
  name: "stars",
  validate: {
    rules: [
      {
        apiGroups: ["autoscaling"],
        apiVersions: ["*"],
        resources: ["horizontalpodautoscalers"],
        operations: ["*"],
      },
    ],
    sideEffects: "None",
    handle({ object, operation }) {
      same<"CREATE" | "UPDATE" | "DELETE">()(operation);
      if (object?.apiVersion === "autoscaling/v1") same<DeepReadonly<HpaV1>>()(object);
      else same<DeepReadonly<HpaV2> | null>()(object);
    },
  },
  mutate: {
    rules: [{ ...pods, apiVersions: ["*"], operations: ["CREATE"] }],
    sideEffects: "None",
    handle: ({ object }) => same<Pod>()(object),
  },
});

// Wildcard resources, and resources that nobody has described.
const unknowns = [
  { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], operations: ["CREATE"] },
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods/*"], operations: ["CREATE"] },
  { apiGroups: ["*"], apiVersions: ["v1"], resources: ["deployments"], operations: ["CREATE"] },
  {
    apiGroups: ["example.org"],
    apiVersions: ["*"],
    resources: ["gadgets"],
    operations: ["CREATE"],
  },
] as const;
definePlugin({
  name: "unknown",
  mutate: {
    rules: unknowns,
    sideEffects: "None",
    handle({ object }) {
      same<KubernetesObject>()(object);
      (object.metadata ??= {}).labels = { seen: "yes" };
      object.spec = { any: "thing" };
      // @ts-expect-error: what is in it is the author's to say
      object.spec.any;
    },
  },
});

// Rules that are no literals still compile: any object, any operation.
declare const someRules: readonly Rule[];
definePlugin({
  name: "computed",
  config: {
    type: "object",
    properties: { resources: { type: "array", items: { type: "string" }, default: [] } },
    additionalProperties: false,
  },
  validate: {
    rules: ({ resources }) => [{ ...pods, resources, operations: ["CREATE", "DELETE"] }],
    sideEffects: "None",
    handle({ object, operation }) {
      same<"CREATE" | "DELETE">()(operation);
      same<DeepReadonly<KubernetesObject> | null>()(object);
    },
  },
  mutate: {
    rules: someRules,
    sideEffects: "None",
    handle({ object, operation }) {
      same<KubernetesObject>()(object);
      same<"CREATE" | "UPDATE" | "CONNECT">()(operation);
    },
  },
});

// A function of the configuration gives types too, where it returns literals.
definePlugin({
  name: "configured",
  config: {
    type: "object",
    properties: { updates: { type: "boolean" } },
    additionalProperties: false,
  },
  validate: {
    rules: ({ updates }) => [{ ...pods, operations: updates ? ["CREATE", "UPDATE"] : ["CREATE"] }],
    sideEffects: "None",
    handle: ({ object }) => same<DeepReadonly<Pod>>()(object),
  },
});

// Mistakes in rules are found where they are written.
definePlugin({
  name: "mistakes",
  validate: {
    // @ts-expect-error: no such operation
    rules: [{ ...pods, operations: ["PATCH"] }],
    sideEffects: "None",
    handle: () => {},
  },
});

// Rules that no request can match leave `handle` without an object.
definePlugin({
  name: "never",
  validate: {
    rules: [{ ...pods, resources: ["pods/eviction"], operations: ["DELETE"] }],
    sideEffects: "None",
    handle: (request) => same<NoSuchRequest>()(request),
  },
  mutate: {
    rules: [{ ...pods, operations: ["DELETE"] }],
    sideEffects: "None",
    // @ts-expect-error: a mutator gets no DELETE
    handle: ({ object }) => object,
  },
});

// Code that is generic over rules compiles, and does not multiply all kinds out.
export function relay<const Rules extends readonly Rule[]>(
  request: ValidateRequest<Rules>,
  handlers: ((request: ValidateRequest<Rules>) => void)[],
): Operation {
  for (const handler of handlers) handler(request);
  return request.operation;
}
