import { ATTEMPTS, type Court } from "./court.ts";
import { openGrantTaking } from "./grant-taking.ts";
import type { Departing } from "./judgement.ts";
import { memberOfPod, namingOf } from "./member-of-pod.ts";
import type { Member } from "./member-status.ts";
import { isReadable } from "./picture.ts";

/**
 * Takes a grant for a pod that goes whatever is said of it, so that the next one is judged knowing of it.
 * Resolves with whose it is; undefined where it could not be had, or is of no use. Never rejects.
 */
export async function grantAnyway(
  court: Court,
  departing: Departing,
  timeoutMs: number,
): Promise<Member | undefined> {
  const taker = openGrantTaking(court, departing);
  try {
    return await taken(court, departing, timeoutMs, taker);
  } catch (error) {
    const { message } = error as Error;
    court.log.warn(
      { pod: departing.pod.name, reason: message },
      "etcd: a pod goes without a grant",
    );
    return undefined;
  } finally {
    await taker.close();
  }
}

async function taken(
  { config, grants, view }: Court,
  { pod }: Departing,
  timeoutMs: number,
  taker: ReturnType<typeof openGrantTaking>,
): Promise<Member | undefined> {
  const before = view.last();
  // Names and addresses change seldom; and this need not be right, as it is no verdict.
  const isKnown = before !== undefined && isReadable(before.picture);
  const { picture, order } = isKnown ? before : await view.look(timeoutMs);
  if (!isReadable(picture)) throw new Error(picture.unreadable);
  const mapping = memberOfPod(pod, picture.members, namingOf(config));
  if ("unmappable" in mapping) throw new Error(mapping.unmappable);
  const { member: target } = mapping;
  if (target === undefined || picture.voters.length === 1) return undefined;
  let known = await grants.read(view.askingOrder());
  for (let count = 0; count < ATTEMPTS; count++) {
    const decision = { kind: "grant", reason: "break-glass", target } as const;
    const taking = await taker.finish(decision, known, order);
    if (taking.taken !== undefined) return target;
    known = taking.view;
  }
  throw new Error("other pods of the cluster were asked for at the same time");
}
