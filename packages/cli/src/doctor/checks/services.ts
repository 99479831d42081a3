import type { Check, Hit, Patient } from "../check.ts";
import { titleOf, type Webhook, whereIn, whereOf } from "../gate.ts";
import { selectorOf, selects } from "../label-selector.ts";
import { servingOf } from "../serving.ts";
import { at, fieldsOf, listOf, numberOf, textOf } from "../tolerant.ts";
import type { Named, Workload, World } from "../world.ts";

const CLIENT =
  "kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1/ (clientConfig)";
const AVAILABILITY =
  "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/";

/** One webhook of each Service, so that nothing is said twice. */
function* servedWebhooks(patient: Patient) {
  const seen = new Set<string>();
  for (const webhook of patient.webhooks) {
    const { service: reference } = webhook.client;
    const serving = servingOf(webhook, patient);
    if (reference === undefined || serving === undefined) continue;
    const key = `${reference.namespace}/${reference.name}:${reference.port}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield {
      webhook,
      reference,
      ...serving,
      title: `Service ${reference.namespace}/${reference.name}`,
    };
  }
}

/** Those of them that are needed: the outage of others is nobody's. */
function* neededWorkloads(patient: Patient): Iterable<{ webhook: Webhook; workload: Workload }> {
  const seen = new Set<Workload>();
  const names = new Set(
    patient.webhooks.flatMap(({ failurePolicy, client: { service } }) =>
      failurePolicy === "Ignore" || !service ? [] : [`${service.namespace}/${service.name}`],
    ),
  );
  for (const { webhook, reference, workloads } of servedWebhooks(patient)) {
    if (!names.has(`${reference.namespace}/${reference.name}`)) continue;
    for (const workload of workloads) {
      if (seen.has(workload)) continue;
      seen.add(workload);
      yield { webhook, workload };
    }
  }
}

const objectName = ({ kind, namespace, name }: Named) => `${kind}/${namespace}/${name}`;

/** Whether a Service's port is there, and leads to one of its pods' where it has a name. */
function portProblem(
  service: Named,
  port: number,
  workloads: readonly Workload[],
): string | undefined {
  const ports = listOf(at(service.object, "spec", "ports"));
  const found = ports.find((item) => numberOf(at(item, "port")) === port);
  const numbers = ports.flatMap((item) => numberOf(at(item, "port")) ?? []);
  if (found === undefined)
    return `has no port ${port}${numbers.length > 0 ? `, only ${numbers.join(", ")}` : ""}`;
  const target = textOf(at(found, "targetPort"));
  if (target === undefined || workloads.length === 0) return undefined;
  const named = workloads.flatMap(({ podSpec }) => {
    const containers = ["containers", "initContainers"].flatMap((key) => listOf(at(podSpec, key)));
    return containers.flatMap((one) =>
      listOf(at(one, "ports")).map((each) => textOf(at(each, "name"))),
    );
  });
  return named.includes(target)
    ? undefined
    : `leads to a port named ${target}, which no container has`;
}

function isGuarded({ labels, namespace }: Workload, world: World): boolean {
  if (world.unread.has("PodDisruptionBudget")) return true;
  return world
    .all("PodDisruptionBudget")
    .some(
      (budget) =>
        budget.namespace === namespace &&
        selects(selectorOf(at(budget.object, "spec", "selector")), labels),
    );
}

/** Whether a webhook can be reached at all, and stays so. */
export const serviceChecks: readonly Check[] = [
  {
    id: "GWD601-service-missing",
    severity: "error",
    title: "a webhook whose Service is not there",
    why: "The API server looks the Service up for each call; without it every call fails, and failurePolicy decides.",
    source: "apiserver/pkg/util/webhook/client.go; apiserver/pkg/util/proxy/proxy.go",
    fix: `clientConfig:
  service: { namespace: webhook-system, name: webhook, port: 443 }`,
    *find(patient): Iterable<Hit> {
      for (const { webhook, reference, service, title } of servedWebhooks(patient)) {
        if (service !== undefined || !patient.world.knows(reference.namespace)) continue;
        // The API server itself, by aggregation.
        if (reference.namespace === "default" && reference.name === "kubernetes") continue;
        yield {
          where: whereOf(webhook, "/clientConfig/service"),
          what: `${title} of ${titleOf(webhook)} is not there`,
        };
      }
    },
  },
  {
    id: "GWD602-service-port",
    severity: "error",
    title: "a webhook whose Service does not have its port",
    why: "The port of clientConfig.service is the Service's, 443 unless it is written, and not the container's.",
    source: CLIENT,
    fix: `# of the Service
ports:
  - { name: https, port: 443, targetPort: https }`,
    *find(patient): Iterable<Hit> {
      for (const { webhook, reference, service, workloads, title } of servedWebhooks(patient)) {
        const problem = service && portProblem(service, reference.port, workloads);
        if (problem === undefined) continue;
        yield {
          where: whereOf(webhook, "/clientConfig/service"),
          what: `${title} of ${titleOf(webhook)} ${problem}`,
        };
      }
    },
  },
  {
    id: "GWD603-no-endpoints",
    severity: "error",
    title: "a webhook whose Service has no pod that is ready",
    why: "Every call fails now, and failurePolicy decides.",
    source: "apiserver/pkg/util/proxy/proxy.go, ResolveEndpoint",
    fix: "# kubectl describe the pods that the Service selects, and their readiness probes",
    *find(patient): Iterable<Hit> {
      for (const { webhook, service, title } of servedWebhooks(patient)) {
        if (service === undefined) continue;
        const ready = patient.world.readyAddresses(service);
        if (ready === undefined || ready.length > 0) continue;
        yield {
          where: whereOf(webhook, "/clientConfig/service"),
          what: `${title} of ${titleOf(webhook)} has no ready endpoint`,
        };
      }
    },
  },
  {
    id: "GWD604-selects-nothing",
    severity: "error",
    title: "a webhook whose Service selects no pods",
    why: "A Service whose selector no workload's pods have never gets an endpoint.",
    source: "kubernetes.io/docs/concepts/services-networking/service/",
    fix: `# of the Service: labels of the Deployment's template
selector:
  app.kubernetes.io/name: webhook`,
    *find(patient): Iterable<Hit> {
      for (const { service, workloads, title } of servedWebhooks(patient)) {
        if (service === undefined || workloads.length > 0) continue;
        const selector = fieldsOf(at(service.object, "spec", "selector"));
        const isKnown = patient.world.workloads.some(
          ({ namespace }) => namespace === service.namespace,
        );
        // One without a selector has endpoints of somebody's own; online, pods of other kinds count too.
        if (Object.keys(selector).length === 0 || !isKnown) continue;
        if ((patient.world.readyAddresses(service) ?? []).length > 0) continue;
        yield {
          where: whereIn(service.placed, objectName(service), "/spec/selector"),
          what: `${title} selects ${JSON.stringify(selector)}, and no workload in ${service.namespace} has such pods`,
        };
      }
    },
  },
  {
    id: "GWD605-one-replica",
    severity: "warning",
    title: "a webhook of one replica, under Fail",
    why: "While that one is restarted, rescheduled or updated, every request that matches fails.",
    source: AVAILABILITY,
    fix: "replicas: 2",
    *find(patient): Iterable<Hit> {
      for (const { webhook, workload } of neededWorkloads(patient)) {
        if (workload.replicas === undefined || workload.replicas > 1) continue;
        yield {
          where: whereIn(workload.placed, objectName(workload), "/spec/replicas"),
          what: `${titleOf(webhook)} is served by ${workload.replicas} pod of ${objectName(workload)}`,
        };
      }
    },
  },
  {
    id: "GWD606-no-disruption-budget",
    severity: "warning",
    title: "replicas that a drain may take all at once, under Fail",
    why: "Without a PodDisruptionBudget, drains of several nodes evict every replica at the same time.",
    source: "kubernetes.io/docs/tasks/run-application/configure-pdb/",
    fix: `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: webhook, namespace: webhook-system }
spec:
  minAvailable: 1
  selector:
    matchLabels: { app.kubernetes.io/name: webhook }`,
    *find(patient): Iterable<Hit> {
      for (const { webhook, workload } of neededWorkloads(patient)) {
        if (workload.replicas === undefined || workload.replicas < 2) continue;
        if (isGuarded(workload, patient.world)) continue;
        yield {
          where: whereIn(workload.placed, objectName(workload), ""),
          what: `no PodDisruptionBudget selects the pods of ${objectName(workload)}, which serve ${titleOf(webhook)}`,
        };
      }
    },
  },
];
