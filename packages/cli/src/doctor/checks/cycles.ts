import type { Check, Hit, Patient } from "../check.ts";
import { authorityOf, titleOf, type Webhook, whereOf } from "../gate.ts";
import { refusals } from "../outage.ts";
import { podRequests } from "../recovery-requests.ts";
import { servingOf } from "../serving.ts";

/** `of` cannot come back while `by` is away. */
interface Dependence {
  readonly of: Webhook;
  readonly by: Webhook;
}

/** Which webhooks' pods need another server's webhook; one dependence for each two servers. */
function dependences(patient: Patient): Dependence[] {
  const found = new Map<string, Dependence>();
  for (const of of patient.webhooks) {
    const serving = servingOf(of, patient);
    if (serving === undefined) continue;
    const { namespace, workloads } = serving;
    const labels = workloads.length === 0 ? [{}] : workloads.map((workload) => workload.labels);
    const others = patient.webhooks.filter((other) => authorityOf(other) !== authorityOf(of));
    const requests = labels.flatMap((each) => podRequests(namespace, each));
    for (const { webhook: by } of refusals(others, requests, patient)) {
      const key = `${authorityOf(of)} ${authorityOf(by)}`;
      if (!found.has(key)) found.set(key, { of, by });
    }
  }
  return [...found.values()];
}

/** Names of servers that need each other, round and round: each server with all that it needs, however far. */
function reach(edges: readonly Dependence[]): Map<string, Set<string>> {
  const direct = Map.groupBy(edges, ({ of }) => authorityOf(of));
  const reached = new Map<string, Set<string>>();
  for (const start of direct.keys()) {
    const seen = new Set<string>();
    const waiting = [start];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const { by } of direct.get(next) ?? []) {
        const name = authorityOf(by);
        if (seen.has(name)) continue;
        seen.add(name);
        waiting.push(name);
      }
    }
    reached.set(start, seen);
  }
  return reached;
}

function isCircle({ of, by }: Dependence, reached: ReadonlyMap<string, Set<string>>): boolean {
  return reached.get(authorityOf(by))?.has(authorityOf(of)) ?? false;
}

/** Servers of webhooks that wait for each other. */
export const cycleChecks: readonly Check[] = [
  {
    id: "GWD207-cycle",
    severity: "error",
    title: "servers of webhooks that wait for each other",
    why: "Each one's pods need the other's answer: once both are down, as after a restart of all nodes, neither comes back by itself.",
    source: "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
    fix: `# on one of the two, better on both
namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [webhook-system, other-system] }`,
    *find(patient): Iterable<Hit> {
      const edges = dependences(patient);
      const reached = reach(edges);
      for (const edge of edges.filter((each) => isCircle(each, reached))) {
        const { of, by } = edge;
        yield {
          where: whereOf(by, "/namespaceSelector"),
          what: `the pods of ${titleOf(of)} wait for ${titleOf(by)}, which waits for them`,
          fix: `namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [${of.client.service?.namespace}] }`,
        };
      }
    },
  },
  {
    id: "GWD208-needs-another",
    severity: "info",
    title: "a webhook whose pods need another server's webhook",
    why: "While the other one is down, this one does not come back either; what it gates is down with it.",
    source: "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
    fix: `# on the other one
namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [webhook-system] }`,
    *find(patient): Iterable<Hit> {
      const edges = dependences(patient);
      const reached = reach(edges);
      for (const edge of edges.filter((each) => !isCircle(each, reached))) {
        yield {
          where: whereOf(edge.by, "/namespaceSelector"),
          what: `the pods of ${titleOf(edge.of)} wait for ${titleOf(edge.by)}`,
        };
      }
    },
  },
];
