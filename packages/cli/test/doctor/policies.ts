import {
  caBundle,
  condition,
  configuration,
  judging,
  type Loose,
  mutating,
  rule,
  validating,
  webhook,
} from "./cluster.ts";
import type { Fault } from "./fault.ts";

const elsewhere = { clientConfig: { url: "https://webhook.example.com/", caBundle } };
const pods = [rule(["pods"], ["CREATE"])];

const mutators = (changes: Loose) => [
  configuration("Mutating", "a", [webhook({ name: "a.example.com", rules: pods, ...changes })]),
  configuration("Mutating", "b", [webhook({ name: "b.example.com", rules: pods, ...elsewhere })]),
];

/** Planted mistakes of order, time and form. */
export const policies: readonly Fault[] = [
  {
    name: "a mutator that is not called again",
    finds: ["GWD301", "GWD302"],
    objects: mutators({}),
  },
  {
    name: "mutators in the order of their names",
    finds: ["GWD302"],
    objects: mutators({ reinvocationPolicy: "IfNeeded" }),
  },
  {
    name: "side effects of some kind",
    finds: ["GWD303"],
    objects: [validating(webhook({ sideEffects: "Unknown" }))],
  },
  {
    name: "a mutator of deletions",
    finds: ["GWD304"],
    objects: [mutating(webhook({ rules: [rule(["configmaps"], ["CREATE", "DELETE"])] }))],
  },
  {
    name: "a long timeout",
    finds: ["GWD501"],
    objects: [validating(webhook({ timeoutSeconds: 20 }))],
  },
  {
    name: "timeouts that add up",
    finds: ["GWD502"],
    objects: [
      mutating(
        ...[1, 2, 3, 4].map((index) =>
          webhook({ name: `m${index}.example.com`, timeoutSeconds: 10 }),
        ),
      ),
    ],
  },
  {
    name: "policy that is not written",
    finds: ["GWD503"],
    objects: [validating(webhook({ failurePolicy: undefined, timeoutSeconds: undefined }))],
  },
  {
    name: "a timeout of a minute",
    finds: ["GWD504"],
    objects: [validating(webhook({ timeoutSeconds: 60 }))],
  },
  {
    name: "reviews of v1beta1 alone",
    finds: ["GWD701"],
    objects: [validating(webhook({ admissionReviewVersions: ["v1beta1"] }))],
  },
  {
    name: "match conditions on 1.27",
    finds: ["GWD702"],
    objects: [validating(webhook(condition('request.namespace != "shop"')))],
    snapshot: { kubernetesVersion: "1.27" },
  },
  {
    name: "two webhooks of one name",
    finds: ["GWD703"],
    objects: [validating(webhook(), webhook({ rules: [rule(["secrets"], ["CREATE", "UPDATE"])] }))],
  },
  {
    name: "a short name",
    finds: ["GWD704"],
    objects: [validating(webhook({ name: "example.com" }))],
  },
  {
    name: "v1beta1 of the configuration",
    finds: ["GWD705"],
    objects: [{ ...validating(webhook()), apiVersion: "admissionregistration.k8s.io/v1beta1" }],
  },
  {
    name: "70 match conditions",
    finds: ["GWD706"],
    objects: [
      validating(
        webhook({
          matchConditions: Array.from({ length: 70 }, (_, index) => ({
            name: `c${index}`,
            expression: `request.namespace != "team-${index}"`,
          })),
        }),
      ),
    ],
  },
  {
    name: "a rule without operations",
    finds: ["GWD707"],
    objects: [judging(rule(["configmaps"], []), rule(["configmaps"], ["CREATE", "UPDATE"]))],
  },
  {
    name: "events",
    finds: ["GWD801"],
    objects: [judging(rule(["events"], ["CREATE", "UPDATE"]))],
  },
];
