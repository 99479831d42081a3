import type { ReviewContext } from "@gatewright/core";
import { conditionOf } from "./condition.ts";
import type { Config } from "./config.ts";
import { isKubeletWrite } from "./kubelet-writes.ts";
import { type NamespaceObject, type Owned, ownershipOf, type User } from "./ownership.ts";
import { standingOf } from "./parties.ts";
import { asRoleBinding, isKept } from "./role-bindings.ts";
import { judgeRoleBinding } from "./role-binding-write.ts";
import { quoted, shown } from "./shown.ts";
import type { State } from "./state.ts";
import { asker, closedNamespace, MISSING, notAMember, type Refusal, repairIt } from "./words.ts";
import type { Write } from "./write.ts";

/** What a review works with. */
export type Context = ReviewContext<Config, State>;

/** Judges a write of something in a namespace: nothing, where it is allowed at once. */
export function judgeContent(write: Write, context: Context): undefined | Promise<void> {
  const { namespace = "", userInfo } = write;
  if (namespace === "") return undefined;
  const { parties } = context.state;
  if (parties.isAdministrator(userInfo)) return undefined;
  const isElection = isElectionLease(write);
  if (parties.isController(write) && !(isElection && isKubeletWrite(write))) return undefined;
  if (isElection) return refuse([electionRefusal(write, namespace)], userInfo, context);
  const { cluster } = context;
  // Nearly always it is known, and a decision that waits for nothing costs half of one that does.
  const known = cluster.peek("v1/namespaces", namespace);
  if (known !== undefined) return judgeWithin(write, namespace, userInfo, known, context);
  return cluster
    .get("v1/namespaces", namespace)
    .then((found) => judgeWithin(write, namespace, userInfo, found, context));
}

function judgeWithin(
  write: Write,
  namespace: string,
  user: User,
  found: NamespaceObject | undefined,
  context: Context,
): undefined | Promise<void> {
  if (found === undefined) {
    // What the API server itself would say. Not "allowed": somebody could make one of that name meanwhile.
    context.deny(`namespaces ${quoted(namespace)} not found`, { reason: "NotFound", code: 404 });
    return undefined;
  }
  const ownership = ownershipOf(found);
  const isBinding = isRoleBinding(write);
  if (ownership.state !== "owned") return judgeUnowned(write, namespace, found, isBinding, context);
  if (standingOf(user, ownership) === "stranger") {
    return refuse([notAMember(user.username, namespace, ownership)], user, context);
  }
  return isBinding
    ? refuse(bindingRefusals(write, namespace, ownership, context), user, context)
    : undefined;
}

async function judgeUnowned(
  write: Write,
  namespace: string,
  found: NamespaceObject,
  isBinding: boolean,
  context: Context,
): Promise<void> {
  const why = await whyClosed(namespace, found, context);
  const refusals =
    why !== undefined
      ? [closedNamespace(namespace, why)]
      : isBinding
        ? keptRefusals(write, namespace)
        : [];
  await refuse(refusals, write.userInfo, context);
}

/** Why a namespace that is not owned takes no writes; undefined where it does. */
export async function whyClosed(
  name: string,
  namespace: NamespaceObject,
  { cluster, config, audit }: Context,
): Promise<string | undefined> {
  const condition = await conditionOf(cluster, name, namespace);
  if (condition.state === "missing" || condition.state === "malformed") {
    const why = condition.state === "missing" ? MISSING : repairIt(condition.problem);
    audit("ownership", `${condition.state}: ${why}`);
    return why;
  }
  return config.unowned === "closed" ? "it has no owner" : undefined;
}

function bindingRefusals(
  write: Write,
  namespace: string,
  owned: Owned,
  { config }: Context,
): Refusal[] {
  const kept = keptRefusals(write, namespace);
  if (kept.length > 0 || write.object === null) return kept;
  const before = write.oldObject === null ? undefined : asRoleBinding(write.oldObject);
  return judgeRoleBinding(
    before,
    asRoleBinding(write.object),
    namespace,
    owned,
    config.clusterRoles,
  );
}

function keptRefusals(write: Write, namespace: string): Refusal[] {
  const name = nameOf(write);
  if (!isKept(name)) return [];
  return [
    {
      message: `${asker(write.userInfo.username)} may not write RoleBinding ${name} in namespace ${quoted(namespace)}: it follows whom the namespace belongs to`,
    },
  ];
}

/**
 * Whether it is one of the Leases by which servers of this kind agree on who reconciles. Whoever writes one, in
 * whichever namespace it is, has the work done twice or by nobody.
 */
function isElectionLease(write: Write): boolean {
  const { resource, group } = write.resource;
  if (resource !== "leases" || group !== "coordination.k8s.io") return false;
  return nameOf(write).startsWith("gatewright-");
}

function electionRefusal(write: Write, namespace: string): Refusal {
  return {
    message: `${asker(write.userInfo.username)} may not write Lease ${shown(nameOf(write))} in namespace ${quoted(namespace)}: it is of Gatewright's own elections`,
  };
}

/** Of an item of a deletecollection, or one with a generated name, the request has none. */
function nameOf({ name, object, oldObject }: Write): string {
  return name || ((object ?? oldObject)?.metadata?.name ?? "");
}

function isRoleBinding({ resource }: Write): boolean {
  return resource.resource === "rolebindings" && resource.group === "rbac.authorization.k8s.io";
}

/** Refuses, unless it is this server itself that asks: for its plugins, which have judged what they write. */
export function refuse(
  refusals: readonly Refusal[],
  user: User,
  context: Context,
): undefined | Promise<void> {
  if (refusals.length === 0) return undefined;
  const { cluster, state } = context;
  const username = user.username ?? "";
  if (state.self.isSurelyNot(username)) {
    denyAll(refusals, context);
    return undefined;
  }
  return state.self.is(username, cluster).then((itself) => {
    if (!itself) denyAll(refusals, context);
  });
}

function denyAll(refusals: readonly Refusal[], { deny }: Context): void {
  for (const refusal of refusals) deny(refusal.message, refusal);
}
