import type { Cluster, Logger, ReconcileContext } from "@gatewright/core";
import { conditionOf } from "./condition.ts";
import type { Config } from "./config.ts";
import type { NamespaceObject, Owned } from "./ownership.ts";
import {
  differenceOf,
  isKept,
  type KeptRoleBinding,
  ROLE_BINDINGS,
  roleSubjectKey,
  standInOf,
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

/** What one reconcile works with. */
interface Work {
  readonly namespace: string;
  readonly found: ReadonlyMap<string, Found>;
  readonly cluster: Cluster;
  readonly log: Logger;
}

/** Both, whatever becomes of the other: who was removed from one is not to stay because the other is refused. */
async function keep(
  namespace: string,
  owned: Owned,
  config: Config,
  cluster: Cluster,
  log: Logger,
): Promise<void> {
  const work: Work = { namespace, found: await keptBindings(namespace, cluster), cluster, log };
  const errors: unknown[] = [];
  for (const [name, wanted] of wantedBindings(namespace, owned, config.clusterRoles)) {
    try {
      await keepOne(name, wanted, work);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join("; "));
}

async function keepOne(
  name: string,
  wanted: KeptRoleBinding | undefined,
  work: Work,
): Promise<void> {
  const there = work.found.get(name);
  const standIn = work.found.get(standInOf(name));
  if (wanted === undefined) {
    for (const binding of [there, standIn]) if (binding !== undefined) await remove(binding, work);
    return;
  }
  // With the other one there, it is from an attempt that was given up, and names whom it named then.
  if (there !== undefined && standIn !== undefined) await remove(standIn, work);
  const inForce = there ?? standIn;
  try {
    const difference = there === undefined ? "subjects" : differenceOf(there, wanted);
    if (there !== undefined && difference === "role") await replace(there, wanted, work);
    else if (difference !== "none") await write(wanted, work);
  } catch (error) {
    if (inForce !== undefined && isRefusal(error)) await shrink(inForce, wanted, work);
    throw error;
  }
  if (there === undefined && standIn !== undefined) await remove(standIn, work);
}

/**
 * Makes a RoleBinding anew whose roleRef is another. First under a name beside it: where the API server refuses
 * the new one, and wherever this server ends on the way, one of both gives access.
 */
async function replace(there: Found, wanted: KeptRoleBinding, work: Work): Promise<void> {
  const { metadata } = wanted;
  const standIn = { ...wanted, metadata: { ...metadata, name: standInOf(metadata.name) } };
  const { uid } = (await write(standIn, work)).metadata;
  await remove(there, work);
  await write(wanted, work);
  await remove(
    { metadata: { name: standIn.metadata.name, ...(uid !== undefined && { uid }) } },
    work,
  );
}

/**
 * Takes out of a RoleBinding whom it names beyond those who are wanted, where these cannot be written; and deletes
 * it where nobody would be left, or even that is refused. Who is no member any more is not to go on reading.
 */
async function shrink(there: Found, wanted: KeptRoleBinding, work: Work): Promise<void> {
  const keys = new Set(wanted.subjects.map(roleSubjectKey));
  const had = there.subjects ?? [];
  const staying = had.filter((subject) => keys.has(roleSubjectKey(subject)));
  if (staying.length === had.length) return;
  const { name = "" } = there.metadata;
  const roleRef = there.roleRef as KeptRoleBinding["roleRef"];
  const smaller = { ...wanted, metadata: { ...wanted.metadata, name }, roleRef, subjects: staying };
  try {
    if (staying.length > 0) await write(smaller, work);
    else await remove(there, work);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await remove(there, work);
  }
}

async function removeAll(namespace: string, cluster: Cluster, log: Logger): Promise<void> {
  const found = await keptBindings(namespace, cluster);
  for (const binding of found.values()) await remove(binding, { namespace, found, cluster, log });
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

async function write(wanted: KeptRoleBinding, { cluster, log }: Work) {
  const written = await cluster.apply(ROLE_BINDINGS, wanted);
  const { name } = wanted.metadata;
  log.info({ roleBinding: name, subjects: wanted.subjects.length }, `wrote RoleBinding ${name}`);
  return written;
}

async function remove(
  { metadata: { name = "", uid } }: Pick<Found, "metadata">,
  { namespace, cluster, log }: Work,
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

/** Whether the API server, or a webhook of others, will not have it: invalid, or not this server's to write. */
function isRefusal(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return status === 400 || status === 403 || status === 422;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isGone(error: unknown): boolean {
  const { status } = error as { status?: unknown };
  return status === 404 || status === 409;
}
