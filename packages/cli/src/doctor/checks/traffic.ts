import type { Check, Hit } from "../check.ts";
import { titleOf, type Webhook, whereOf } from "../gate.ts";
import { type Request, requestFor, requestText } from "../request.ts";
import { wouldCall } from "../would-call.ts";

const update = { operation: "UPDATE" } as const;

const heartbeat = requestFor("coordination.k8s.io/v1/leases", {
  ...update,
  namespace: "kube-node-lease",
});

/** What is written all the time, in clusters that do nothing. */
const heavy: readonly Request[] = [
  heartbeat,
  requestFor("coordination.k8s.io/v1/leases", update),
  requestFor("v1/events"),
  requestFor("events.k8s.io/v1/events"),
  requestFor("discovery.k8s.io/v1/endpointslices", update),
];

/** Whether a rule has it by name, and not by a wildcard. */
function isNamed({ rules }: Webhook, { resource }: Request): boolean {
  return rules.some(({ resources }) => resources.includes(resource));
}

/** What makes a webhook, and the API server, busy for nothing. */
export const trafficChecks: readonly Check[] = [
  {
    id: "GWD801-heavy-traffic",
    severity: "warning",
    title: "a webhook that is asked about heartbeats and events",
    why: "Each node renews a Lease every 10 s, each pod that comes or goes changes an EndpointSlice, and events are the most frequent writes of all: each is held up by a call.",
    source:
      "kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/; KEP-589",
    fix: `matchConditions:
  - name: not-heartbeats
    expression: '!(request.resource.resource in ["leases", "events", "endpointslices"])'`,
    *find({ webhooks, world }): Iterable<Hit> {
      for (const webhook of webhooks) {
        const asked = heavy.filter((request) => wouldCall(webhook, request, world) === "yes");
        if (asked.length === 0) continue;
        const texts = [...new Set(asked.map(requestText))];
        yield {
          where: whereOf(webhook, "/rules"),
          what: `${titleOf(webhook)} is asked about ${texts.join(", ")}`,
          severity:
            asked.includes(heartbeat) || asked.some((each) => isNamed(webhook, each))
              ? "warning"
              : "info",
        };
      }
    },
  },
];
