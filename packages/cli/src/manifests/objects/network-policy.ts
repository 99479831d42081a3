import type { ObjectToWrite } from "@gatewright/core";
import { namespaced, selectorLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";
import type { Manifest } from "../manifest.ts";

const TCP = { protocol: "TCP" } as const;
// Where API servers listen once the address of the Service `kubernetes` is resolved: most clouds', and kubeadm's.
const API_SERVER_PORTS = [443, 6443];

/** Who may call the server, and whom it may call. */
export function networkPolicyManifest(
  installation: Installation,
  { apiServer, egress }: NonNullable<Installation["networkPolicy"]>,
): Manifest {
  const { metricsPort, usesCluster } = installation;
  const addresses = apiServer?.map((cidr) => ({ ipBlock: { cidr } }));
  const ingress = [
    {
      ...(addresses !== undefined && { from: addresses }),
      ports: [{ port: "https", ...TCP }],
    },
    ...(metricsPort === undefined
      ? []
      : [{ from: [{ namespaceSelector: {} }], ports: [{ port: "metrics", ...TCP }] }]),
  ];
  const dns = (["UDP", "TCP"] as const).map((protocol) => ({ port: 53, protocol }));
  const toApiServer =
    addresses === undefined
      ? { ports: API_SERVER_PORTS.map((port) => ({ port, ...TCP })) }
      : { to: addresses };
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: namespaced(installation),
    spec: {
      podSelector: { matchLabels: selectorLabels(installation) },
      policyTypes: ["Ingress", "Egress"],
      ingress,
      egress: [{ ports: dns }, ...(usesCluster ? [toApiServer] : []), ...egress],
    },
  } satisfies ObjectToWrite<"networking.k8s.io/v1/networkpolicies">;
  return { object, note: noteOn(installation, apiServer) };
}

function noteOn({ usesCluster }: Installation, apiServer: readonly string[] | undefined): string {
  const unknown =
    apiServer === undefined
      ? [
          "API servers are no pods, so no label selects them, and their addresses are not known here: anybody may",
          `call the webhooks' port${usesCluster ? `, and the server may call ports ${API_SERVER_PORTS.join(" and ")} anywhere` : ""}.`,
          "deployment.networkPolicy.apiServer: [CIDR] narrows that.",
        ]
      : [
          "Where API servers reach pods through a proxy (Konnectivity), it is the proxy's pods that call:",
          "deployment.networkPolicy.apiServer has to name their addresses.",
        ];
  return [
    ...unknown,
    "What plugins call by themselves is not known either: deployment.networkPolicy.egress lists it.",
  ].join("\n");
}
