import type { Check, Hit, Patient } from "../check.ts";
import { judgesByAuthority, ruleFor, ruleYaml } from "../coverage.ts";
import { type GateRule, judges, titleOf, whereOf } from "../gate.ts";
import { requestFor } from "../request.ts";
import { at } from "../tolerant.ts";
import { namedResources, rulesOf, stableVersions } from "./rules.ts";

/** Judges that see one way to something, and not another. */
export const gapChecks: readonly Check[] = [
  {
    id: "GWD124-update",
    severity: "warning",
    title: "creations are judged, and changes are not",
    why: "Whoever is refused an object creates another one that is let in, and changes it afterwards. Of pods little can be changed but labels, annotations and images.",
    source:
      "kubernetes.io/docs/concepts/security/multi-tenancy/; kubernetes/pkg/apis/core/validation, ValidatePodUpdate",
    fix: "operations: [CREATE, UPDATE]",
    *find(patient: Patient): Iterable<Hit> {
      for (const gates of judgesByAuthority(patient)) {
        const seen = new Set<string>();
        for (const { gate, rule } of rulesOf(gates)) {
          for (const { group, resource, subresource } of namedResources(rule)) {
            const version =
              rule.versions.find((each) => each !== "*") ??
              stableVersions(patient.world, group, resource)[0] ??
              "v1";
            if (subresource !== "" || seen.has(resource)) continue;
            const key = `${group === "" ? "" : `${group}/`}${version}/${resource}`;
            const update = requestFor(key, { operation: "UPDATE" });
            if (!rule.operations.includes("CREATE") || !canChange(group, resource)) continue;
            if (ruleFor(gates, scoped(update, rule), patient) !== undefined) continue;
            seen.add(resource);
            yield {
              where: whereOf(gate, `${rule.pointer}/operations`),
              what: `${titleOf(gate)} judges CREATE of ${resource}, and is not asked about UPDATE`,
              ...(resource === "pods" && { severity: "info" as const }),
            };
          }
        }
      }
    },
  },
  {
    id: "GWD125-pods-behind-workloads",
    severity: "warning",
    title: "workloads are judged, and pods are not",
    why: "Pods are created by themselves as well, and by controllers that no rule thought of: what is refused as a Deployment is let in as a Pod, a ReplicaSet or a Job.",
    source: "kubernetes.io/docs/concepts/security/pod-security-admission/ (workload resources)",
    fix: ruleYaml(["CREATE"], ["pods"]),
    *find(patient: Patient): Iterable<Hit> {
      const workloads = ["deployments", "statefulsets", "daemonsets", "replicasets"];
      for (const gates of judgesByAuthority(patient)) {
        const judged = workloads.filter(
          (workload) => ruleFor(gates, requestFor(`apps/v1/${workload}`), patient) !== undefined,
        );
        const [first] = judged;
        if (first === undefined || ruleFor(gates, requestFor("v1/pods"), patient)) continue;
        const found = ruleFor(gates, requestFor(`apps/v1/${first}`), patient);
        if (found === undefined) continue;
        yield {
          where: whereOf(found.gate, found.rule.pointer),
          what: `${titleOf(found.gate)} judges ${judged.join(", ")}, and is not asked about pods`,
        };
      }
    },
  },
  {
    id: "GWD126-ignore",
    severity: "warning",
    title: "a judge that is skipped while it is away",
    why: "With failurePolicy Ignore, all that it would refuse is let in while it does not answer in time; whoever can slow it down, or fill the cluster, chooses when.",
    source: "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
    fix: "failurePolicy: Fail\n# with the cluster's own namespaces left out by namespaceSelector",
    *find({ gates }: Patient): Iterable<Hit> {
      for (const gate of gates.filter(judges)) {
        if (gate.failurePolicy !== "Ignore") continue;
        const then = gate.client === undefined ? "its expressions fail" : "it does not answer";
        yield {
          where: whereOf(gate, "/failurePolicy"),
          what: `${titleOf(gate)} refuses nothing while ${then}`,
        };
      }
    },
  },
  {
    id: "GWD127-not-bound",
    severity: "error",
    title: "a policy that nothing binds",
    why: "A ValidatingAdmissionPolicy is evaluated where a ValidatingAdmissionPolicyBinding names it, and nowhere else.",
    source: "KEP-3488, CEL for Admission Control",
    fix: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-node-ports }
spec:
  policyName: no-node-ports
  validationActions: [Deny]`,
    *find({ gates, world }: Patient): Iterable<Hit> {
      const kind = "ValidatingAdmissionPolicyBinding";
      if (world.unread.has(kind)) return;
      const bound = new Set(world.all(kind).map(({ object }) => at(object, "spec", "policyName")));
      for (const gate of gates) {
        if (gate.client !== undefined || bound.has(gate.name)) continue;
        yield {
          where: whereOf(gate),
          what: `no binding names ${titleOf(gate)}`,
          // It may be among other files.
          ...(!world.complete && { severity: "warning" as const }),
        };
      }
    },
  },
];

/** With a namespace where the rule wants one. */
function scoped(request: ReturnType<typeof requestFor>, rule: GateRule) {
  return rule.scope === "Namespaced" ? { ...request, namespace: "default" } : request;
}

/** Reviews and bindings are created, and never stored. */
function canChange(group: string, resource: string): boolean {
  return !/^auth(?:entication|orization)\.k8s\.io$/.test(group) && resource !== "bindings";
}
