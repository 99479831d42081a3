import { condition, judging, rule, validating, webhook } from "./cluster.ts";
import type { Fault } from "./fault.ts";

/** Planted ways around a webhook. */
export const bypasses: readonly Fault[] = [
  {
    name: "namespaces without their status",
    finds: ["GWD101", "GWD211"],
    objects: [judging(rule(["namespaces", "namespaces/finalize"], ["UPDATE"]))],
  },
  {
    name: "namespaces without finalize",
    finds: ["GWD102"],
    objects: [judging(rule(["namespaces", "namespaces/status"], ["UPDATE"]))],
  },
  {
    name: "pods without ephemeral containers",
    finds: ["GWD103"],
    objects: [
      judging(
        rule(["pods"], ["CREATE", "UPDATE"]),
        rule(["pods/resize", "pods/status"], ["UPDATE"]),
        rule(["pods/binding"], ["CREATE"]),
      ),
    ],
  },
  {
    name: "deletion of pods without eviction",
    finds: ["GWD104", "GWD211"],
    objects: [judging(rule(["pods"], ["DELETE"]))],
  },
  {
    name: "pods without resize, binding and status",
    finds: ["GWD105", "GWD106", "GWD109"],
    objects: [
      judging(rule(["pods"], ["CREATE", "UPDATE"]), rule(["pods/ephemeralcontainers"], ["UPDATE"])),
    ],
  },
  {
    name: "exec without attach",
    finds: ["GWD107"],
    objects: [judging(rule(["pods/exec"], ["CONNECT"]))],
  },
  {
    name: "portforward without proxy, by a policy that nothing binds",
    finds: ["GWD107", "GWD127"],
    objects: [
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: "no-tunnels" },
        spec: {
          matchConstraints: { resourceRules: [rule(["pods/portforward"], ["CONNECT"])] },
          validations: [{ expression: "false" }],
        },
      },
    ],
  },
  {
    name: "deployments without scale, and without pods",
    finds: ["GWD108", "GWD125"],
    objects: [judging(rule(["deployments"], ["CREATE", "UPDATE"], "apps"))],
  },
  {
    name: "an objectSelector that no eviction matches",
    finds: ["GWD110", "GWD111"],
    objects: [
      validating(
        webhook({
          rules: [rule(["pods"], ["DELETE"]), rule(["pods/eviction"], ["CREATE"])],
          objectSelector: { matchLabels: { app: "etcd" } },
        }),
      ),
    ],
  },
  {
    name: "an objectSelector that no exec matches, for all that it asks for nothing",
    finds: ["GWD110", "GWD111"],
    objects: [
      validating(
        webhook({
          rules: [rule(["pods/exec", "pods/attach"], ["CONNECT"])],
          objectSelector: { matchExpressions: [{ key: "debug", operator: "DoesNotExist" }] },
        }),
      ),
    ],
  },
  {
    name: "an objectSelector that a user need not meet",
    finds: ["GWD111"],
    objects: [validating(webhook({ objectSelector: { matchLabels: { judged: "yes" } } }))],
  },
  {
    name: "namespaces, by labels that they bring",
    finds: ["GWD112", "GWD113"],
    objects: [
      validating(
        webhook({
          rules: [
            rule(["namespaces"], ["CREATE", "UPDATE"]),
            rule(["namespaces/status", "namespaces/finalize"], ["UPDATE"]),
          ],
          namespaceSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] },
          ...condition(
            'request.userInfo.username != "system:serviceaccount:kube-system:namespace-controller"',
          ),
        }),
      ),
    ],
  },
  {
    name: "namespaces that somebody has to label",
    finds: ["GWD113"],
    objects: [validating(webhook({ namespaceSelector: { matchLabels: { judged: "yes" } } }))],
  },
  {
    name: "a match condition by the object's labels",
    finds: ["GWD114"],
    objects: [validating(webhook(condition("!has(object.metadata.labels.free)")))],
  },
  {
    name: "a match condition by request.name, of deletions",
    finds: ["GWD115"],
    objects: [
      validating(
        webhook({
          rules: [rule(["configmaps"], ["DELETE"])],
          ...condition('request.name != "free"'),
        }),
      ),
    ],
  },
  {
    name: "Exact, with a version left out",
    finds: ["GWD120"],
    objects: [
      validating(
        webhook({
          matchPolicy: "Exact",
          rules: [rule(["horizontalpodautoscalers"], ["CREATE", "UPDATE"], "autoscaling", "v2")],
        }),
      ),
    ],
  },
  {
    name: "Exact, with a version of a CRD left out",
    finds: ["GWD120"],
    objects: [
      validating(
        webhook({
          matchPolicy: "Exact",
          rules: [rule(["widgets"], ["CREATE", "UPDATE"], "example.com", "v1")],
        }),
      ),
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "widgets.example.com" },
        spec: {
          group: "example.com",
          scope: "Namespaced",
          names: { plural: "widgets" },
          versions: [
            { name: "v1", served: true },
            { name: "v2", served: true },
            { name: "v0", served: false },
          ],
        },
      },
    ],
  },
  {
    name: "a version that is gone",
    finds: ["GWD121"],
    objects: [judging(rule(["poddisruptionbudgets"], ["CREATE", "UPDATE"], "policy", "v1beta1"))],
  },
  {
    name: "evictions in the group of Eviction",
    finds: ["GWD122"],
    objects: [judging(rule(["pods/eviction"], ["CREATE"], "policy"))],
  },
  {
    name: "a kind in place of a resource",
    finds: ["GWD122"],
    objects: [judging(rule(["Ingress"], ["CREATE", "UPDATE"], "networking.k8s.io"))],
  },
  {
    name: "namespaces with the scope Namespaced",
    finds: ["GWD123"],
    objects: [judging({ ...rule(["namespaces"], ["CREATE", "UPDATE"]), scope: "Namespaced" })],
  },
  {
    name: "creations without changes",
    finds: ["GWD124"],
    objects: [judging(rule(["services"], ["CREATE"]))],
  },
  {
    name: "a judge that is skipped",
    finds: ["GWD126"],
    objects: [validating(webhook({ failurePolicy: "Ignore" }))],
  },
];
