import type { Cluster, Logger, ReconcileContext } from "@gatewright/core";
import { conditionOf } from "./condition.ts";
import type { Config } from "./config.ts";
import type { NamespaceObject, Owned } from "./ownership.ts";
import {
  differenceOf,
  isKept,
  type KeptRoleBinding,
  ROLE_BINDINGS,
  wantedBindings,
} from "./role-bindings.ts";
import type { State } from "./state.ts";
import { MISSING, repairIt } from "./words.ts";

/**
 * Keeps the RoleBindings of one namespace: both follow its annotations, and go where it was released. Where
 * ownership is missing or malformed they stay as they are, for they tell who the owners were.
 */
export async function keepAccess(
  name: string,
  namespace: NamespaceObject | undefined,
  { cluster, config, state, log, signal }: ReconcileContext<Config, State>,
): Promise<void> {
  // A namespace that ends takes its RoleBindings along, and takes no new ones.
  if (namespace === undefined || namespace.metadata?.deletionTimestamp !== undefined) {
    state.metrics.saw(name, undefined, signal);
    return;
  }
  const condition = await conditionOf(cluster, name, namespace);
  const before = state.metrics.saw(name, condition.state, signal);
  if (condition.state !== before) report(name, condition, before, log);
  if (condition.state === "owned") await keep(name, condition, config, cluster, log);
  else if (condition.state === "unowned" && condition.released) await removeAll(name, cluster, log);
}

type Condition = Awaited<ReturnType<typeof conditionOf>>;

function report(name: string, condition: Condition, before: string | undefined, log: Logger): void {
  if (condition.state === "missing")
    log.warn({ ownership: "missing" }, `namespace ${name} is closed: ${MISSING}`);
  else if (condition.state === "malformed") {
    log.warn(
      { ownership: "malformed" },
      `namespace ${name} is closed: ${repairIt(condition.problem)}`,
    );
  } else if (before === "missing" || before === "malformed") {
    log.info({ ownership: condition.state }, `namespace ${name} is ${condition.state} again`);
  }
}

async function keep(
  namespace: string,
  owned: Owned,
  config: Config,
  cluster: Cluster,
  log: Logger,
): Promise<void> {
  const found = await keptBindings(namespace, cluster);
  for (const [name, wanted] of wantedBindings(namespace, owned, config.clusterRoles)) {
    const there = found.get(name);
    if (wanted === undefined) {
      if (there !== undefined) await remove(namespace, there, cluster, log);
      continue;
    }
    const difference = there === undefined ? "subjects" : differenceOf(there, wanted);
    if (difference === "none") continue;
    if (there !== undefined && difference === "role") await remove(namespace, there, cluster, log);
    await write(wanted, cluster, log);
  }
}

async function removeAll(namespace: string, cluster: Cluster, log: Logger): Promise<void> {
  const found = await keptBindings(namespace, cluster);
  for (const binding of found.values()) await remove(namespace, binding, cluster, log);
}

type Found = Awaited<ReturnType<typeof listBindings>>[number];

const listBindings = (namespace: string, cluster: Cluster) =>
  cluster.list(ROLE_BINDINGS, { namespace });

async function keptBindings(namespace: string, cluster: Cluster): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const binding of await listBindings(namespace, cluster)) {
    const { name = "" } = binding.metadata;
    if (isKept(name)) found.set(name, binding);
  }
  return found;
}

async function write(wanted: KeptRoleBinding, cluster: Cluster, log: Logger): Promise<void> {
  await cluster.apply(ROLE_BINDINGS, wanted);
  const { name } = wanted.metadata;
  log.info({ roleBinding: name, subjects: wanted.subjects.length }, `wrote RoleBinding ${name}`);
}

async function remove(
  namespace: string,
  { metadata: { name = "", uid } }: Found,
  cluster: Cluster,
  log: Logger,
): Promise<void> {
  try {
    await cluster.delete(ROLE_BINDINGS, name, { namespace, uid });
  } catch (error) {
    // Gone already, or another one by now: whatever is there will be looked at again.
    if (isGone(error)) return;
    throw error;
  }
  log.info({ roleBinding: name }, `deleted RoleBinding ${name}`);
}

function isGone(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return status === 404 || status === 409;
}
