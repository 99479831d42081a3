import { CallFailure } from "./call-failure.ts";
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
      /** The name of a member's pod; undefined where it has none yet. */
      readonly podOf: (member: Member) => string | undefined;
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
      return endpoints.find((endpoint) => answeredBy.get(endpoint) === memberId);
    },
    learn({ members, answers }) {
      for (const answer of answers) {
        if ("status" in answer) answeredBy.set(answer.endpoint, answer.status.memberId);
      }
      endpoints = endpointsNow(reach, configured, endpoints, members, answeredBy);
      for (const endpoint of [...clients.keys()]) {
        if (!endpoints.includes(endpoint)) drop(endpoint);
      }
      for (const endpoint of [...answeredBy.keys()]) {
        if (!endpoints.includes(endpoint)) answeredBy.delete(endpoint);
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

function endpointsNow(
  reach: Reach,
  configured: readonly string[],
  before: readonly string[],
  members: readonly Member[] | undefined,
  answeredBy: ReadonlyMap<string, EtcdId>,
): readonly string[] {
  // Nobody could say who is a member: all that ever were are asked, or the way back is lost.
  if (members === undefined || members.length === 0) return distinct([...configured, ...before]);
  if ("template" in reach) {
    const pods = members.map(reach.podOf).filter((pod) => pod !== undefined);
    if (pods.length === 0) return configured;
    return distinct(pods.map((pod) => endpointOfPod(reach.template, pod, reach.namespace)));
  }
  const reached = new Set(configured.map((endpoint) => answeredBy.get(endpoint)));
  const learned = members
    .filter(({ id }) => !reached.has(id))
    .flatMap(({ clientURLs }) => clientURLs.slice(0, 1))
    // Over the other protocol our TLS files would be of no use, or be needed.
    .filter((url) => configured.some((endpoint) => sameProtocol(endpoint, url)));
  return distinct([...configured, ...learned]);
}

function endpointOfPod(template: string, pod: string, namespace: string): string {
  return template.replaceAll("{pod}", pod).replaceAll("{namespace}", namespace);
}

function sameProtocol(one: string, other: string): boolean {
  return one.startsWith("https:") === other.startsWith("https:");
}

/** Without what follows the port, each once. */
function distinct(endpoints: readonly string[]): readonly string[] {
  return [...new Set(endpoints.map((endpoint) => endpoint.replace(/\/+$/, "")))];
}
