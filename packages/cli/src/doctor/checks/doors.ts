import type { Check, Hit, Patient } from "../check.ts";
import { judgesByAuthority, ruleFor, ruleYaml } from "../coverage.ts";
import type { Severity } from "../finding.ts";
import { titleOf, whereOf } from "../gate.ts";
import { type Request, requestFor, requestText } from "../request.ts";

/** One who judges `of`, and does not see `missing`, by which the same comes about. */
interface Door {
  readonly of: Request;
  readonly missing: Request;
}

/** A check that whoever judges one request judges another one as well. */
function doorCheck(
  check: Omit<Check, "find" | "fix" | "severity"> & { severity: Severity; doors: readonly Door[] },
): Check {
  const { doors, ...rest } = check;
  const fix = fixOf(doors[0]?.missing);
  return { ...rest, fix, find: (patient) => openDoors(patient, doors) };
}

function* openDoors(patient: Patient, doors: readonly Door[]): Iterable<Hit> {
  for (const gates of judgesByAuthority(patient)) {
    for (const { of, missing } of doors) {
      const judged = ruleFor(gates, of, patient);
      if (judged === undefined || ruleFor(gates, missing, patient) !== undefined) continue;
      yield {
        where: whereOf(judged.gate, judged.rule.pointer),
        what: `${titleOf(judged.gate)} judges ${requestText(of)}, and is not asked about ${requestText(missing)}`,
        fix: fixOf(missing),
      };
    }
  }
}

function fixOf(missing: Request | undefined): string {
  if (missing === undefined) return "";
  const { operation, resource, subresource, group, version } = missing;
  return ruleYaml([operation], [`${resource}/${subresource}`], group, version);
}

const of = requestFor;
const update = { operation: "UPDATE" } as const;
const connect = { operation: "CONNECT" } as const;

const connection = (subresource: string) => of(`v1/pods/${subresource}`, connect);

/** Ways around a rule: requests that come to the same, and are not covered. */
export const doorChecks: readonly Check[] = [
  doorCheck({
    id: "GWD101-namespace-status",
    severity: "warning",
    title: "changes of namespaces are judged, but not those by namespaces/status",
    why: "An update of namespaces/status keeps changes of labels, annotations and owners, so that whoever may write it goes around a rule for namespaces alone.",
    source: "kubernetes/pkg/registry/core/namespace/strategy.go, namespaceStatusStrategy",
    doors: [{ of: of("v1/namespaces", update), missing: of("v1/namespaces/status", update) }],
  }),
  doorCheck({
    id: "GWD102-namespace-finalize",
    severity: "warning",
    title: "changes of namespaces are judged, but not those by namespaces/finalize",
    why: "An update of namespaces/finalize keeps changes of labels, annotations and owners, so that whoever may write it goes around a rule for namespaces alone.",
    source: "kubernetes/pkg/registry/core/namespace/strategy.go, namespaceFinalizeStrategy",
    doors: [{ of: of("v1/namespaces", update), missing: of("v1/namespaces/finalize", update) }],
  }),
  doorCheck({
    id: "GWD103-ephemeral-containers",
    severity: "warning",
    title: "new pods are judged, but not containers that are added to a running one",
    why: "kubectl debug adds containers, with an image and a securityContext of their own, to a pod that was let in without them. They come by pods/ephemeralcontainers alone.",
    source: "KEP-277, Ephemeral Containers",
    doors: [{ of: of("v1/pods"), missing: of("v1/pods/ephemeralcontainers", update) }],
  }),
  doorCheck({
    id: "GWD104-eviction",
    severity: "warning",
    title: "deletions of pods are judged, but not evictions",
    why: "An eviction (kubectl drain, autoscalers) is a CREATE of pods/eviction, and no DELETE follows that a webhook would see.",
    source: "kubernetes/pkg/registry/core/pod/storage/eviction.go",
    doors: [{ of: of("v1/pods", { operation: "DELETE" }), missing: of("v1/pods/eviction") }],
  }),
  doorCheck({
    id: "GWD105-resize",
    severity: "info",
    title: "new pods are judged, but not changes of their resources in place",
    why: "pods/resize changes requests and limits of a running pod; a rule about resources that covers pods alone is met at the creation only.",
    source: "KEP-1287, In-place Update of Pod Resources (on by default since 1.33)",
    doors: [{ of: of("v1/pods"), missing: of("v1/pods/resize", update) }],
  }),
  doorCheck({
    id: "GWD106-binding",
    severity: "info",
    title: "new pods are judged, but not where they are put",
    why: "spec.nodeName and annotations of a pod that is not scheduled yet are set by pods/binding; a rule about nodes that covers pods alone does not see it.",
    source: "kubernetes/pkg/registry/core/pod/storage/storage.go, BindingREST",
    doors: [{ of: of("v1/pods"), missing: of("v1/pods/binding") }],
  }),
  doorCheck({
    id: "GWD107-connect",
    severity: "warning",
    title: "some ways into a running pod are judged, and others are not",
    why: "exec, attach, portforward and proxy are four subresources; attach reaches a shell that exec was refused.",
    source: "kubernetes/pkg/registry/core/pod/rest/subresources.go",
    doors: [
      { of: connection("exec"), missing: connection("attach") },
      { of: connection("attach"), missing: connection("exec") },
      { of: connection("portforward"), missing: connection("proxy") },
      { of: connection("proxy"), missing: connection("portforward") },
    ],
  }),
  doorCheck({
    id: "GWD108-scale",
    severity: "info",
    title: "changes of a workload are judged, but not those of its replicas by scale",
    why: "kubectl scale and autoscalers write the subresource scale; a rule about replicas that covers the workload alone does not see it.",
    source: "kubernetes/pkg/registry/apps/deployment/storage/storage.go, ScaleREST",
    doors: ["deployments", "statefulsets", "replicasets"].map((workload) => ({
      of: of(`apps/v1/${workload}`, update),
      missing: of(`apps/v1/${workload}/scale`, update),
    })),
  }),
  doorCheck({
    id: "GWD109-status",
    severity: "info",
    title: "changes are judged, but not those of the status",
    why: "An update of the status keeps changes of labels and annotations; services/status sets the addresses that CVE-2020-8554 is about, nodes/status labels that pods are scheduled by.",
    source: "kubernetes/pkg/registry/core/{service,node,pod}/strategy.go; CVE-2020-8554",
    doors: ["services", "nodes", "pods"].map((resource) => ({
      of: of(`v1/${resource}`, update),
      missing: of(`v1/${resource}/status`, update),
    })),
  }),
];
