import { conditionOf } from "./condition.ts";
import { type Context, refuse, whyClosed } from "./judge.ts";
import { leftBehind } from "./left-behind.ts";
import { judgeLimit } from "./limit.ts";
import {
  judgeCreation,
  judgeDeletion,
  judgeUpdate,
  type NamespaceVerdict,
  type Writer,
} from "./namespace-write.ts";
import { type NamespaceObject, ownershipOf } from "./ownership.ts";
import { standingOf } from "./parties.ts";
import { quoted } from "./shown.ts";
import { reservedRefusal } from "./reserved-names.ts";
import { closedNamespace, MISSING, notAMember, repairIt } from "./words.ts";
import type { Write } from "./write.ts";

/** Judges the write of a Namespace itself: by whom it belongs to now, not by what is sent. */
export async function judgeNamespace(write: Write, context: Context): Promise<void> {
  const { oldObject, object, userInfo: user } = write;
  const name = oldObject?.metadata?.name ?? object?.metadata?.name ?? write.name ?? "";
  if (oldObject === null) {
    // `object` is null for nothing that the API server has.
    if (object === null) return;
    const writer = roleOf(write, context) ?? "outsider";
    await conclude(write, name, judge(writer), context);
    return;
  }
  const writer = roleOf(write, context);
  if (writer !== undefined) {
    const verdict = object === null ? undefined : judge(writer);
    if (verdict !== undefined) await conclude(write, name, verdict, context);
    if (writer === "administrator" && (verdict?.refusals ?? []).length === 0) {
      await warnAdministrator(name, object ?? oldObject, context);
    }
    return;
  }
  const ownership = ownershipOf(oldObject);
  if (ownership.state === "owned") {
    const standing = standingOf(user, ownership);
    if (standing === "stranger") {
      await refuse([notAMember(user.username, name, ownership)], user, context);
    } else if (object === null) {
      const refusal = judgeDeletion(name, user, ownership);
      await refuse(refusal === undefined ? [] : [refusal], user, context);
    } else {
      await conclude(write, name, judge(standing), context);
    }
    return;
  }
  const why = await whyClosed(name, oldObject, context);
  if (why !== undefined) await refuse([closedNamespace(name, why)], user, context);
  else if (object !== null) await conclude(write, name, judge("outsider"), context);

  function judge(as: Writer): NamespaceVerdict {
    const { parties } = context.state;
    const { protectedKeys } = context.config;
    const after = object as NamespaceObject;
    return oldObject === null
      ? judgeCreation({ name, user, writer: as, before: undefined, after }, parties, protectedKeys)
      : judgeUpdate({ name, user, writer: as, before: oldObject, after }, parties, protectedKeys);
  }
}

function roleOf(write: Write, { state }: Context): "administrator" | "controller" | undefined {
  if (state.parties.isAdministrator(write.userInfo)) return "administrator";
  return state.parties.isController(write) ? "controller" : undefined;
}

/** Refuses; or, where nothing else is against it, sees whether it is one too many. */
async function conclude(
  write: Write,
  name: string,
  verdict: NamespaceVerdict,
  context: Context,
): Promise<void> {
  const { userInfo, dryRun = false, oldObject, object } = write;
  const { config, state, cluster, signal, warn } = context;
  const { creator } = verdict;
  const refusals = [...verdict.refusals];
  if (refusals.length === 0 && object !== null && !state.parties.isAdministrator(userInfo)) {
    const refusal = await reservedRefusal(name, userInfo, oldObject ?? undefined, object, context);
    if (refusal !== undefined) refusals.push(refusal);
  }
  const { maxNamespacesPerOwner: limit } = config;
  if (refusals.length === 0 && oldObject !== null && object !== null) {
    // A verdict is not to depend on what is only worth a warning.
    const left = await leftBehind(cluster, name, oldObject, object).catch(() => []);
    for (const sentence of left) warn(sentence);
  }
  if (refusals.length > 0 || creator === undefined || limit === undefined) {
    await refuse(refusals, userInfo, context);
    return;
  }
  const { reservations } = state;
  const counting = { cluster, reservations, limit, dryRun, signal };
  const refusal = await judgeLimit(name, creator, counting);
  await refuse(refusal === undefined ? [] : [refusal], userInfo, context);
}

/** Tells an administrator who looks at a namespace that is closed, or closes it himself. */
async function warnAdministrator(
  name: string,
  namespace: NamespaceObject,
  { cluster, warn, audit }: Context,
): Promise<void> {
  const condition = await conditionOf(cluster, name, namespace).catch(() => undefined);
  if (condition?.state !== "missing" && condition?.state !== "malformed") return;
  const why = condition.state === "missing" ? MISSING : repairIt(condition.problem);
  warn(`namespace ${quoted(name)} is closed to all but administrators: ${why}`);
  audit("ownership", `${condition.state}: ${why}`);
}
