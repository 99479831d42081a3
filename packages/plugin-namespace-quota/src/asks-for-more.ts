import type { Write } from "./namespace-rules.ts";
import { parseQuantity } from "./quantity.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- an object of whatever resource
type Loose = any;

/**
 * Whether an UPDATE makes an object count for more, in any number that an UPDATE can raise: as
 * `pkg/quota/v1/evaluator/core` counts Services, claims and pods. Of other resources every changed spec may be more.
 */
export function asksForMore({ resource }: Write, before: unknown, after: unknown): boolean {
  const amounts = AMOUNTS[resource];
  if (amounts === undefined) return true;
  const [old, next] = [amounts(before), amounts(after)];
  return [...next].some(([what, amount]) => amount > (old.get(what) ?? 0n));
}

const AMOUNTS: Readonly<Record<string, (object: Loose) => Map<string, bigint>>> = {
  services(service) {
    const { type, ports = [], allocateLoadBalancerNodePorts } = service?.spec ?? {};
    const withNodePort = ports.filter(({ nodePort }: Loose) => Boolean(nodePort));
    const isAllocated = type === "NodePort" || allocateLoadBalancerNodePorts !== false;
    const isExposed = type === "NodePort" || type === "LoadBalancer";
    return new Map([
      ["loadbalancers", type === "LoadBalancer" ? 1n : 0n],
      ["nodeports", BigInt(isExposed ? (isAllocated ? ports : withNodePort).length : 0)],
    ]);
  },
  persistentvolumeclaims(claim) {
    const { storageClassName = "", resources } = claim?.spec ?? {};
    // In another class all of it is more, and the claim is one more.
    const amounts = ofResources("", { requests: resources?.requests });
    return new Map([...amounts, [`class ${storageClassName}`, 1n]]);
  },
  pods(pod) {
    const { containers = [], initContainers = [], resources } = pod?.spec ?? {};
    const each = [...containers, ...initContainers].flatMap(({ name, resources: own }: Loose) => [
      ...ofResources(name, own),
    ]);
    return new Map([...each, ...ofResources("", resources)]);
  },
};

/** What is no quantity is refused by the API server: here it is more than anything. */
function ofResources(whose: string, resources: Loose): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const kind of ["requests", "limits"]) {
    for (const [name, quantity] of Object.entries<string>(resources?.[kind] ?? {})) {
      amounts.set(`${whose} ${kind} ${name}`, parseQuantity(quantity) ?? 2n ** 128n);
    }
  }
  return amounts;
}
