import type { Kinds } from "@gatewright/core";

type Service = Kinds["v1/services"];
type EndpointSlice = Kinds["discovery.k8s.io/v1/endpointslices"];

/** Where a pod listens, in the network of pods. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** By `clusterIP:port`: where its connections go. */
export type ServiceRules = ReadonlyMap<string, readonly Endpoint[]>;

/**
 * What kube-proxy makes of Services: their endpoints that are ready; where none is, those that are about to end and still
 * serve (`CategorizeEndpoints` in pkg/proxy/topology.go, KEP-1669).
 */
export function serviceRules(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): ServiceRules {
  const rules = new Map<string, readonly Endpoint[]>();
  for (const { metadata, spec = {} } of services) {
    const { clusterIP = "", ports = [] } = spec;
    if (clusterIP === "" || clusterIP === "None") continue;
    const own = slices.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name,
    );
    for (const { name = "", port } of ports) {
      const all = own.flatMap((slice) => endpointsOf(slice, name));
      const ready = all.filter(({ conditions }) => conditions.ready !== false);
      const last = all.filter(
        ({ conditions }) => conditions.serving === true && conditions.terminating === true,
      );
      const chosen = ready.length > 0 ? ready : last;
      rules.set(
        `${clusterIP}:${port}`,
        chosen.map(({ endpoint }) => endpoint),
      );
    }
  }
  return rules;
}

function endpointsOf({ ports, endpoints }: EndpointSlice, portName: string) {
  const port = (ports ?? []).find(({ name = "" }) => name === portName)?.port;
  if (port === undefined) return [];
  return (endpoints ?? []).flatMap(({ addresses, conditions = {} }) =>
    (addresses ?? []).slice(0, 1).map((ip) => ({ endpoint: { ip, port }, conditions })),
  );
}
