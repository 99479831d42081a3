import type { Check, Hit, Patient } from "../check.ts";
import type { Severity } from "../finding.ts";
import { titleOf, whereOf } from "../gate.ts";
import { placedText, refusals } from "../outage.ts";
import { endpointRequests, ownRequests, podRequests } from "../recovery-requests.ts";
import type { Request } from "../request.ts";
import type { Scenario } from "../scenario.ts";
import {
  certificatesSigned,
  kubeSystemPods,
  leasesRenew,
  namespacesDeleted,
  networkPods,
  nodesRegister,
  reviewsAnswered,
  rightsRepaired,
  tokensIssued,
  volumesAttached,
} from "../scenarios.ts";
import { servingOf } from "../serving.ts";

export const GOOD_PRACTICES =
  "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/";

const exceptNamespace = (name: string) => `namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [${name}] }`;

const exceptResource = (
  name: string,
  group: string,
  resources: readonly string[],
) => `matchConditions:
  - name: not-${name}
    expression: '!(request.resource.group == "${group}" && request.resource.resource in [${resources.map((item) => `"${item}"`).join(", ")}])'`;

/** A check that a webhook does not stand in the way of something while nothing answers it. */
function scenarioCheck(
  { requests }: Pick<Scenario, "requests">,
  { verdict, ...check }: Omit<Check, "find"> & { severity: Severity; verdict: string },
): Check {
  return {
    ...check,
    *find(patient): Iterable<Hit> {
      for (const refusal of refusals(patient.webhooks, requests(patient), patient)) {
        yield hitOf(refusal, verdict, check.severity);
      }
    },
  };
}

function hitOf(
  { webhook, refused, certainty }: ReturnType<typeof refusals>[number],
  verdict: string,
  severity: Severity,
): Hit {
  const texts = [...new Set(refused.map(placedText))];
  const isSure = certainty === "yes";
  return {
    where: whereOf(webhook, "/failurePolicy"),
    what: `while it does not answer, ${titleOf(webhook)} ${isSure ? "refuses" : "might refuse"} ${texts.join(", ")}: ${verdict}`,
    severity: isSure || severity === "info" ? severity : "warning",
  };
}

/** What each webhook asks to be let through in the namespace that it is served from. */
function* ownHits(
  patient: Patient,
  wanted: (namespace: string, labels: Request["labels"], service: string) => Request[],
  verdict: string,
): Iterable<Hit> {
  for (const webhook of patient.webhooks) {
    const serving = servingOf(webhook, patient);
    if (serving === undefined) continue;
    const { namespace, workloads } = serving;
    const labels = workloads.length === 0 ? [{}] : workloads.map((workload) => workload.labels);
    const requests = labels.flatMap((each) =>
      wanted(namespace, each, webhook.client.service?.name ?? ""),
    );
    for (const refusal of refusals([webhook], requests, patient)) {
      yield { ...hitOf(refusal, verdict, "error"), fix: exceptNamespace(namespace) };
    }
  }
}

/** Webhooks that keep a cluster, or themselves, from coming back. */
export const lockOutChecks: readonly Check[] = [
  {
    id: "GWD201-own-namespace",
    severity: "error",
    title: "a webhook that its own pods need",
    why: "Once no replica answers, none can be created, scheduled or ended: the webhook waits for itself until somebody deletes its configuration.",
    source: GOOD_PRACTICES,
    fix: exceptNamespace("webhook-system"),
    find: (patient) =>
      ownHits(
        patient,
        (namespace, labels) => [...podRequests(namespace, labels), ...ownRequests(namespace)],
        "its own pods do not come up",
      ),
  },
  scenarioCheck(kubeSystemPods, {
    id: "GWD202-kube-system",
    severity: "error",
    title: "a webhook that kube-system's pods need",
    why: "DNS, kube-proxy and most networks live in kube-system. Where they cannot be replaced, the webhook's own pods cannot be reached either.",
    source: GOOD_PRACTICES,
    fix: exceptNamespace("kube-system"),
    verdict: "no pod of kube-system is replaced",
  }),
  scenarioCheck(nodesRegister, {
    id: "GWD203-nodes",
    severity: "error",
    title: "a webhook that nodes need to register or to report",
    why: "A node that cannot write its Node is NotReady within a minute, and no node comes in its place; pods of the webhook have nowhere to run.",
    source: "kubernetes.io/docs/concepts/architecture/nodes/; KEP-589",
    fix: exceptResource("nodes", "", ["nodes"]),
    verdict: "no node joins or reports",
  }),
  scenarioCheck(leasesRenew, {
    id: "GWD204-leases",
    severity: "error",
    title: "a webhook that leases need",
    why: "A node whose Lease is not renewed is NotReady within a minute, and a scheduler or controller manager that cannot renew its own stops.",
    source: "KEP-589, Efficient Node Heartbeats; client-go/tools/leaderelection",
    fix: exceptResource("leases", "coordination.k8s.io", ["leases"]),
    verdict: "nodes turn NotReady and controllers stop",
  }),
  scenarioCheck(certificatesSigned, {
    id: "GWD205-csrs",
    severity: "error",
    title: "a webhook that certificates of nodes need",
    why: "Nodes join, and renew their certificates, by CertificateSigningRequests: none joins, and those that are there fall out one after another.",
    source: "kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/",
    fix: exceptResource("csrs", "certificates.k8s.io", ["certificatesigningrequests"]),
    verdict: "no node joins, or renews its certificate",
  }),
  scenarioCheck(networkPods, {
    id: "GWD206-network",
    severity: "error",
    title: "a webhook that the network's pods need",
    why: "Without its network no other pod of a node comes up, the webhook's own among them.",
    source: GOOD_PRACTICES,
    fix: exceptNamespace("calico-system"),
    verdict: "the network is not repaired",
  }),
  {
    id: "GWD209-endpoints",
    severity: "error",
    title: "a webhook that its own Service's endpoints need",
    why: "A Service finds its pods by EndpointSlices. Where writing them asks the webhook, replicas that are ready again are never called.",
    source: "kubernetes/pkg/controller/endpointslice",
    fix: exceptResource("endpointslices", "discovery.k8s.io", ["endpointslices"]),
    find: (patient) =>
      ownHits(
        patient,
        (namespace, _, name) => endpointRequests(namespace, name),
        "its Service never learns of new pods",
      ),
  },
  scenarioCheck(tokensIssued, {
    id: "GWD210-service-account-tokens",
    severity: "error",
    title: "a webhook that tokens of service accounts need",
    why: "A kubelet creates serviceaccounts/token for each pod with a token before it starts it, and again before the token expires: none starts, and those that run lose theirs within the hour.",
    source: "KEP-1205, Bound Service Account Tokens",
    fix: `rules:
  - resources: [serviceaccounts]   # without serviceaccounts/token, or serviceaccounts/*`,
    verdict: "no such pod with a token starts",
  }),
  scenarioCheck(namespacesDeleted, {
    id: "GWD211-namespace-deletion",
    severity: "info",
    title: "a webhook that the deletion of namespaces needs",
    why: "A namespace ends with DELETE of all that is in it and an UPDATE of namespaces/finalize. Where these are asked about, it stays Terminating until somebody answers.",
    source: "kubernetes/pkg/controller/namespace/deletion",
    fix: `matchConditions:
  - name: not-the-namespace-controller
    expression: request.userInfo.username != "system:serviceaccount:kube-system:namespace-controller"`,
    verdict: "namespaces stay Terminating",
  }),
  scenarioCheck(rightsRepaired, {
    id: "GWD212-rbac",
    severity: "info",
    title: "a webhook that the repair of rights needs",
    why: "While nothing answers, administrators cannot give anybody the rights to repair it; they can still delete its configuration.",
    source: GOOD_PRACTICES,
    fix: exceptResource("rbac", "rbac.authorization.k8s.io", [
      "clusterroles",
      "clusterrolebindings",
    ]),
    verdict: "roles and bindings stay as they are",
  }),
  scenarioCheck(volumesAttached, {
    id: "GWD213-volumes",
    severity: "warning",
    title: "a webhook that volumes need",
    why: "Pods with volumes wait for PersistentVolumes and VolumeAttachments, those of databases first.",
    source: "kubernetes/pkg/controller/volume/attachdetach",
    fix: exceptResource("volumeattachments", "storage.k8s.io", ["volumeattachments"]),
    verdict: "no volume is provisioned or attached",
  }),
  scenarioCheck(reviewsAnswered, {
    id: "GWD214-reviews",
    severity: "error",
    title: "a webhook that authentication and authorization need",
    why: "Kubelets and aggregated API servers create TokenReviews and SubjectAccessReviews for each of their callers: exec, logs, metrics and custom API servers fail.",
    source: "kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
    fix: `rules:
  - apiGroups: ["", apps, batch]   # and not authentication.k8s.io or authorization.k8s.io`,
    verdict: "kubelets and API servers know nobody",
  }),
];
