import { caBundle, type Loose, server, validating, webhook } from "./cluster.ts";
import type { Fault } from "./fault.ts";

const { namespace, service, deployment, budget } = server();
const healthy = validating(webhook());

const withService = (spec: Loose) => [
  namespace,
  { ...service, spec: { ...service.spec, ...spec } },
  deployment,
  budget,
  healthy,
];
const at = (url: string): Loose[] => [validating(webhook({ clientConfig: { url, caBundle } }))];

/** Planted servers that cannot be reached, or not always. The objects are all that there are. */
export const servers: readonly Fault[] = [
  { name: "no Service", finds: ["GWD601"], objects: [namespace, deployment, budget, healthy] },
  {
    name: "a Service without the port",
    finds: ["GWD602"],
    objects: withService({ ports: [{ port: 8443 }] }),
  },
  {
    name: "a port by a name that no container has",
    finds: ["GWD602"],
    objects: withService({ ports: [{ port: 443, targetPort: "tls" }] }),
  },
  {
    name: "no ready endpoint",
    finds: ["GWD603"],
    objects: [
      ...withService({}),
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: "webhook-1",
          namespace: "webhook-system",
          labels: { "kubernetes.io/service-name": "webhook" },
        },
        endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: false } }],
      },
    ],
    snapshot: { complete: true },
  },
  {
    name: "a Service that selects nothing",
    finds: ["GWD604"],
    objects: withService({ selector: { app: "webhok" } }),
  },
  {
    name: "one replica",
    finds: ["GWD605"],
    objects: [
      namespace,
      service,
      { ...deployment, spec: { ...deployment.spec, replicas: 1 } },
      budget,
      healthy,
    ],
  },
  {
    name: "no PodDisruptionBudget",
    finds: ["GWD606"],
    objects: [namespace, service, deployment, healthy],
  },
  { name: "a URL without TLS", finds: ["GWD607"], objects: at("http://webhook.example.com/") },
  {
    name: "a URL of the machine's own",
    finds: ["GWD608"],
    objects: at("https://127.0.0.1:8443/validate"),
  },
  {
    name: "two webhooks at one URL of the machine's own",
    finds: ["GWD608"],
    objects: [
      validating(
        webhook({ clientConfig: { url: "https://127.0.0.1:8443/a", caBundle } }),
        webhook({
          name: "b.example.com",
          clientConfig: { url: "https://127.0.0.1:8443/b", caBundle },
        }),
      ),
    ],
  },
  {
    name: "a URL at which nobody listens",
    finds: ["GWD611"],
    objects: at("https://webhook.example.com/validate"),
    snapshot: { served: new Map([["https://webhook.example.com", { refused: true }]]) },
  },
  {
    name: "a URL with a query",
    finds: ["GWD609"],
    objects: at("https://webhook.example.com/?token=1"),
  },
  {
    name: "webhooks that are no list",
    finds: ["GWD708"],
    objects: [{ ...healthy, webhooks: "nope" }],
  },
  {
    name: "a webhook that is none",
    finds: ["GWD708"],
    objects: [{ ...healthy, webhooks: [3] }],
  },
  {
    name: "no client at all",
    finds: ["GWD610"],
    objects: [validating(webhook({ clientConfig: { caBundle } }))],
  },
];
