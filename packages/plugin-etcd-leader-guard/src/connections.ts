import { CallFailure } from "./call-failure.ts";
import { bareEndpoint, endpointOfPod } from "./config.ts";
import { type Credentials, createMemberClient, type MemberClient } from "./member-client.ts";
import type { EtcdId, Member, Observation } from "./member-status.ts";
import { createTlsFiles, type TlsPaths } from "./tls-files.ts";

/** How the members of one cluster are reached: by `endpoints`, or by `template` and `pods`. */
export type Reach =
  | { readonly endpoints: readonly string[] }
  | {
      /** An endpoint with `{pod}` and, if it has one, `{namespace}` in it. */
      readonly template: string;
      /** Where to begin, and where to return when no member list can be had. */
      readonly pods: readonly string[];
      readonly namespace: string;
      /** The names that a member's pod may have; none where nothing tells. */
      readonly podsOf: (member: Member) => readonly string[];
    };

/** The clients of one cluster's members: one for each endpoint, kept and used again. */
export interface Connections {
  /** Whom to ask now: as configured, and as learned. */
  endpoints(): readonly string[];
  /**
   * @throws CallFailure where there is no such endpoint, the TLS files were never fit for use, or
   *   all is closed
   */
  client(endpoint: string): MemberClient;
  /** Where this member answered last, or would by its name; undefined where that is unknown. */
  endpointOf(memberId: EtcdId): string | undefined;
  /** Takes in which members there are: new ones are asked from now on, old ones no more. */
  learn(observation: Observation): void;
  /**
   * Reads the TLS files, and where they changed, makes new clients; the old ones end their calls.
   * Resolves with what is wrong with the files, in words; the old ones are used meanwhile.
   */
  refresh(): Promise<string | undefined>;
  /** Waits for calls under way, then leaves nothing open. */
  close(): Promise<void>;
}

/**
 * Makes the connections of one cluster; nothing is dialled before it is asked. TLS files that are not
 * there (yet) make each call fail with words, until `refresh` finds them.
 */
export async function createConnections(reach: Reach, tls?: TlsPaths): Promise<Connections> {
  const files = tls && createTlsFiles(tls);
  const configured = distinct(configuredEndpoints(reach));
  const clients = new Map<string, MemberClient>();
  const closing = new Set<Promise<void>>();
  /** Whose answer came from an endpoint, the last time that one came. */
  const answeredBy = new Map<string, EtcdId>();
  /** All members that ever answered there: more than one, where it balances the load between them. */
  const met = new Map<string, Set<EtcdId>>();
  let endpoints: readonly string[] = configured;
  let credentials: Credentials | undefined;
  let problem: string | undefined;
  let closed = false;

  function drop(endpoint: string): void {
    const client = clients.get(endpoint);
    if (client === undefined) return;
    clients.delete(endpoint);
    const ending = client.close().finally(() => closing.delete(ending));
    closing.add(ending);
  }

  /** Whether this member, and no other, is what one reaches there. */
  function isAt(endpoint: string, memberId: EtcdId): boolean {
    return answeredBy.get(endpoint) === memberId && (met.get(endpoint)?.size ?? 0) < 2;
  }

  const hasAnswered = (endpoint: string) => answeredBy.has(endpoint);

  /** A pod may have come back as another member, when the former had been removed. */
  function forget(members: readonly Member[]): void {
    const ids = new Set(members.map(({ id }) => id));
    for (const [endpoint, all] of met) {
      for (const id of all) if (!ids.has(id) && id !== answeredBy.get(endpoint)) all.delete(id);
    }
  }

  async function refresh(): Promise<string | undefined> {
    const look = await files?.look();
    if (look === undefined || closed) return undefined;
    if (look === "unchanged") problem = undefined;
    else if ("problem" in look) problem = look.problem;
    else {
      ({ credentials } = look);
      problem = undefined;
      for (const endpoint of [...clients.keys()]) drop(endpoint);
    }
    return problem;
  }

  await refresh();
  return {
    endpoints: () => endpoints,
    client(endpoint) {
      if (closed) throw new CallFailure("closed", "its client is closed");
      if (!endpoints.includes(endpoint)) {
        throw new CallFailure("closed", "it is no endpoint of this cluster any more");
      }
      if (files !== undefined && credentials === undefined) {
        throw new CallFailure("certificate", problem ?? "the TLS files were not read");
      }
      let client = clients.get(endpoint);
      if (client === undefined) {
        client = createMemberClient(endpoint, credentials);
        clients.set(endpoint, client);
      }
      return client;
    },
    endpointOf(memberId) {
      return endpoints.find((endpoint) => isAt(endpoint, memberId));
    },
    learn({ members, answers }) {
      const answering = new Set<string>();
      for (const answer of answers) {
        if (!("status" in answer)) continue;
        const { endpoint, status } = answer;
        answering.add(endpoint);
        answeredBy.set(endpoint, status.memberId);
        met.set(endpoint, (met.get(endpoint) ?? new Set()).add(status.memberId));
      }
      if (members !== undefined) forget(members);
      const known = { members, before: endpoints, isAt, answering, hasAnswered };
      endpoints = endpointsNow(reach, configured, known);
      for (const endpoint of [...clients.keys()]) {
        if (!endpoints.includes(endpoint)) drop(endpoint);
      }
      for (const endpoint of [...answeredBy.keys()]) {
        if (endpoints.includes(endpoint)) continue;
        answeredBy.delete(endpoint);
        met.delete(endpoint);
      }
    },
    refresh,
    async close() {
      closed = true;
      for (const endpoint of [...clients.keys()]) drop(endpoint);
      await Promise.all(closing);
    },
  };
}

function configuredEndpoints(reach: Reach): readonly string[] {
  return "endpoints" in reach
    ? reach.endpoints
    : reach.pods.map((pod) => endpointOfPod(reach.template, pod, reach.namespace));
}

/** What is known when it is decided whom to ask. */
interface Known {
  readonly members: readonly Member[] | undefined;
  readonly before: readonly string[];
  readonly isAt: (endpoint: string, memberId: EtcdId) => boolean;
  /** Those that have just answered. */
  readonly answering: ReadonlySet<string>;
  /** Whether there was ever an answer. */
  readonly hasAnswered: (endpoint: string) => boolean;
}

function endpointsNow(
  reach: Reach,
  configured: readonly string[],
  { members, before, isAt, answering, hasAnswered }: Known,
): readonly string[] {
  // Nobody could say who is a member: all that ever were are asked, or the way back is lost.
  if (members === undefined || members.length === 0) return distinct([...configured, ...before]);
  if ("template" in reach) {
    const { template, namespace, podsOf } = reach;
    const own = members.map((member) => {
      const met = before.filter((endpoint) => isAt(endpoint, member.id));
      // Where it answers, whatever its pod is called, there is no need to guess by its name.
      if (met.some((endpoint) => answering.has(endpoint))) return { met, guessed: [] };
      const guessed = podsOf(member).map((pod) => endpointOfPod(template, pod, namespace));
      return { met, guessed };
    });
    // Whoever was never met may be where nobody has answered yet.
    const isAllMet = own.every(({ met }) => met.length > 0);
    const unmet = isAllMet ? [] : configured.filter((each) => !hasAnswered(each));
    const all = own.flatMap(({ met, guessed }) => [...met, ...guessed]);
    return distinct([...all, ...unmet]);
  }
  const learned = members
    .filter(({ id }) => !configured.some((endpoint) => isAt(endpoint, id)))
    .flatMap(({ clientURLs }) => clientURLs.slice(0, 1))
    // Over the other protocol our TLS files would be of no use, or be needed.
    .filter((url) => configured.some((endpoint) => sameProtocol(endpoint, url)));
  return distinct([...configured, ...learned]);
}

function sameProtocol(one: string, other: string): boolean {
  return one.startsWith("https:") === other.startsWith("https:");
}

/** Each once. */
function distinct(endpoints: readonly string[]): readonly string[] {
  return [...new Set(endpoints.map(bareEndpoint))];
}
