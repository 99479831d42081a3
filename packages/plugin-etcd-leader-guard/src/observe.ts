import { setTimeout as delay } from "node:timers/promises";
import { CallFailure, NO_CAUSE } from "./call-failure.ts";
import type { Connections } from "./connections.ts";
import type { MemberClient, MemberList } from "./member-client.ts";
import type { Answer, MemberStatus, Observation } from "./member-status.ts";

export interface ObserveOptions {
  /** For each call. */
  readonly timeoutMs: number;
  /** Whom to ask for the member list first: the endpoint of the last known leader. */
  readonly leaderHint?: string | undefined;
}

/** Asks every endpoint for its status, side by side; resolves when all have answered or failed. */
export function askAll(connections: Connections, timeoutMs: number): Promise<Answer[]> {
  return Promise.all(
    connections.endpoints().map(async (endpoint) => {
      try {
        return { endpoint, status: await statusOf(connections.client(endpoint), timeoutMs) };
      } catch (error) {
        const gone = error instanceof CallFailure && isNobodyThere(error);
        return { endpoint, error: (error as Error).message, gone };
      }
    }),
  );
}

/** What gRPC met in dialling it tells from its second attempt on, soon after: nothing was sent till then. */
const CAUSE_WITHIN_MS = 800;
const CAUSE_EVERY_MS = 50;

/** Asks once; and where nobody was reached and it is not said why, again until it is. */
async function statusOf(client: MemberClient, timeoutMs: number): Promise<MemberStatus> {
  const end = Date.now() + timeoutMs;
  const causeBy = Date.now() + Math.min(CAUSE_WITHIN_MS, timeoutMs - CAUSE_EVERY_MS);
  for (;;) {
    try {
      return await client.status(Math.max(1, end - Date.now()));
    } catch (error) {
      if ((error as Error).message !== NO_CAUSE || Date.now() >= causeBy) throw error;
    }
    await delay(CAUSE_EVERY_MS);
  }
}

/** A lost connection, a lost route or silence may be the network's doing; these are a pod's that ended. */
function isNobodyThere({ kind, message }: CallFailure): boolean {
  return (
    kind === "unreachable" &&
    (message === "connection refused" || message === "its name cannot be resolved")
  );
}

/**
 * Asks every endpoint for its status and one of them for the member list, all side by side. Where
 * that one has no list, or turns out not to follow the leader that most of them name, those that do
 * are asked for theirs, one after the other. Never rejects: what failed is told in words.
 */
export async function observe(
  connections: Connections,
  { timeoutMs, leaderHint }: ObserveOptions,
): Promise<Observation> {
  const endpoints = connections.endpoints();
  const known = leaderHint !== undefined && endpoints.includes(leaderHint);
  const first = known ? leaderHint : endpoints[0];
  const [early, answers] = await Promise.all([
    first === undefined ? undefined : listFrom(connections, first, timeoutMs),
    askAll(connections, timeoutMs),
  ]);
  const list = await bestList(connections, early, answers, timeoutMs);
  return { members: list?.members, membersFrom: list?.from, answers };
}

async function listFrom(
  connections: Connections,
  endpoint: string,
  timeoutMs: number,
): Promise<MemberList | undefined> {
  try {
    return await connections.client(endpoint).memberList(timeoutMs);
  } catch {
    // Its status tells why.
    return undefined;
  }
}

async function bestList(
  connections: Connections,
  early: MemberList | undefined,
  answers: readonly Answer[],
  timeoutMs: number,
): Promise<MemberList | undefined> {
  const agreeing = largestAgreement(answers);
  if (
    early &&
    (agreeing.length === 0 || agreeing.some(({ memberId }) => memberId === early.from))
  ) {
    return early;
  }
  for (const { endpoint } of agreeing) {
    const list = await listFrom(connections, endpoint, timeoutMs);
    if (list !== undefined) return list;
  }
  return early;
}

interface Follower {
  readonly endpoint: string;
  readonly memberId: string;
  readonly leads: boolean;
}

/** The most members that name one leader of one cluster at one term; that leader is the first. */
function largestAgreement(answers: readonly Answer[]): readonly Follower[] {
  const groups = new Map<string, Map<string, Follower>>();
  for (const answer of answers) {
    if (!("status" in answer) || answer.status.leaderId === "0") continue;
    const { clusterId, raftTerm, leaderId, memberId } = answer.status;
    const what = `${clusterId} ${raftTerm} ${leaderId}`;
    const group = groups.get(what) ?? new Map<string, Follower>();
    group.set(memberId, { endpoint: answer.endpoint, memberId, leads: memberId === leaderId });
    groups.set(what, group);
  }
  const [largest] = [...groups.values()].sort((one, other) => other.size - one.size);
  return [...(largest?.values() ?? [])].sort(
    (one, other) => Number(other.leads) - Number(one.leads),
  );
}
