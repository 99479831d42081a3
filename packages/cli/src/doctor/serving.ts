import type { Patient } from "./check.ts";
import type { Webhook } from "./gate.ts";
import type { Named, Workload } from "./world.ts";

/** Who serves a webhook, as far as it is known: its Service's namespace and what is behind it. */
export interface Serving {
  readonly namespace: string;
  readonly service: Named | undefined;
  readonly workloads: readonly Workload[];
}

export function servingOf({ client }: Webhook, { world }: Patient): Serving | undefined {
  if (client.service === undefined) return undefined;
  const { namespace, name } = client.service;
  const service = world.get("Service", namespace, name);
  return { namespace, service, workloads: service === undefined ? [] : world.behind(service) };
}
