import { setTimeout as delay } from "node:timers/promises";
import type { Connections } from "./connections.ts";
import type { Answer, EtcdId } from "./member-status.ts";
import { askAll } from "./observe.ts";

export interface Transfer {
  /** Where the present leader answers. */
  readonly leaderEndpoint: string;
  readonly targetId: EtcdId;
  /** All members with a vote, answering or not: a majority of these must name the target. */
  readonly voterIds: readonly EtcdId[];
  /** For each call. */
  readonly timeoutMs: number;
  /** For everything: the move itself, and asking until it shows. */
  readonly withinMs: number;
}

export type Transferred =
  | { readonly moved: true }
  | { readonly moved: false; readonly why: string };

const betweenAsksMs = 20;

/**
 * Moves the leadership to one member, then asks everybody until a majority of voters name it at the
 * highest term. Only their word counts: a move that timed out may have happened, and one that etcd
 * confirmed may not have held. Never rejects.
 */
export async function transferLeadership(
  connections: Connections,
  { leaderEndpoint, targetId, voterIds, timeoutMs, withinMs }: Transfer,
): Promise<Transferred> {
  const end = performance.now() + withinMs;
  const left = () => Math.max(1, Math.floor(Math.min(timeoutMs, end - performance.now())));
  let refusal: string | undefined;
  try {
    await connections.client(leaderEndpoint).moveLeader(targetId, left());
  } catch (error) {
    refusal = (error as Error).message;
  }
  for (;;) {
    const answers = await askAll(connections, left());
    if (majorityNames(targetId, voterIds, answers)) return { moved: true };
    // A refused move will not show later; one that was accepted or went unanswered may.
    const final = refusal !== undefined && !refusal.startsWith("no answer");
    if (final || performance.now() + betweenAsksMs >= end) break;
    await delay(betweenAsksMs);
  }
  const why = refusal ?? `no majority names the new leader after ${withinMs} ms`;
  return { moved: false, why };
}

function majorityNames(
  targetId: EtcdId,
  voterIds: readonly EtcdId[],
  answers: readonly Answer[],
): boolean {
  const voters = new Set(voterIds);
  const statuses = answers
    .flatMap((answer) => ("status" in answer ? [answer.status] : []))
    .filter(({ memberId }) => voters.has(memberId));
  const term = statuses.reduce((highest, { raftTerm }) => {
    return raftTerm > highest ? raftTerm : highest;
  }, 0n);
  const naming = statuses
    .filter(({ raftTerm, leaderId }) => raftTerm === term && leaderId === targetId)
    .map(({ memberId }) => memberId);
  return new Set(naming).size > voters.size / 2;
}
