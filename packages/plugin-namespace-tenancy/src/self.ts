import type { Cluster } from "@gatewright/core";

/** How long a name is taken to be the server's, in milliseconds, before the cluster is asked again. */
const KEEP_MS = 60_000;

/** Whether it is this server itself that asks, by its user name. */
export interface Self {
  /** Known at once: the server was seen to have another name a short while ago. */
  isSurelyNot(username: string): boolean;
  /** As the cluster says; nobody is, where that is not to be had. */
  is(username: string, cluster: Pick<Cluster, "username">): Promise<boolean>;
}

/**
 * Remembers the server's name, so that most refusals need not wait for it. Only a "no" is taken from memory: whoever
 * is let in because he is this server, is so by what the cluster says now.
 */
export function createSelf(now: () => number = () => performance.now()): Self {
  let name: string | undefined;
  let until = Number.NEGATIVE_INFINITY;
  return {
    isSurelyNot: (username) =>
      username === "" || (name !== undefined && username !== name && now() <= until),
    async is(username, cluster) {
      try {
        name = await cluster.username();
        until = now() + KEEP_MS;
        return username !== "" && name === username;
      } catch {
        // What would be refused stays refused.
        return false;
      }
    },
  };
}
