import type { Cluster, Logger } from "@gatewright/core";
import type { Config } from "./config.ts";
import { quoted } from "./shown.ts";

/** Key of the resource. */
export const CLUSTER_ROLES = "rbac.authorization.k8s.io/v1/clusterroles";

/** What the configuration names, and the cluster is to have. */
export interface Prerequisites {
  /**
   * Tells in the log what is missing, once a term, and when it is there. Nothing waits for it: in a new cluster things
   * are applied in any order.
   *
   * @param term aborts when another replica takes over, which tells it anew
   */
  look(cluster: Pick<Cluster, "list">, log: Logger, term: AbortSignal): Promise<void>;
}

/** Something that is to be there. */
interface Prerequisite {
  readonly resource: typeof CLUSTER_ROLES | "v1/namespaces";
  readonly name: string;
  /** `ClusterRole "admin" of clusterRoles.owners`. */
  readonly what: string;
  /** What does not work without it, and what to do. */
  readonly without: string;
}

/** Knows what the configuration names; asks nobody yet. */
export function createPrerequisites(config: Config): Prerequisites {
  const all = prerequisitesOf(config);
  const missing = new Set<Prerequisite>();
  /** What was looked at last: a cache gives the same list until something in it changes. */
  const seen = new Map<string, readonly unknown[]>();
  let current: AbortSignal | undefined;
  return {
    async look(cluster, log, term) {
      const lists = new Map<
        string,
        readonly { readonly metadata?: { readonly name?: string } }[]
      >();
      for (const { resource } of all) lists.set(resource, await cluster.list(resource));
      if (term !== current) {
        missing.clear();
        seen.clear();
      }
      current = term;
      const isNews = (resource: string) => seen.get(resource) !== lists.get(resource);
      const news = all.filter(({ resource }) => isNews(resource));
      for (const [resource, list] of lists) seen.set(resource, list);
      for (const one of news) {
        const list = lists.get(one.resource) ?? [];
        const isThere = list.some(({ metadata }) => metadata?.name === one.name);
        if (isThere === !missing.has(one)) continue;
        if (isThere) {
          missing.delete(one);
          log.info({ found: one.name }, `${one.what} is there now`);
        } else {
          missing.add(one);
          log.warn({ missing: one.name }, `${one.what} does not exist: ${one.without}`);
        }
      }
    },
  };
}

function prerequisitesOf({
  clusterRoles,
  maxNamespacesPerOwner,
  reservationsNamespace,
}: Config): Prerequisite[] {
  const roles = (["owners", "members"] as const).map((who): Prerequisite => {
    const name = clusterRoles[who];
    return {
      resource: CLUSTER_ROLES,
      name,
      what: `ClusterRole ${quoted(name)} of clusterRoles.${who}`,
      without:
        `until it does, ${who} of namespaces get no rights by it. ` +
        `Apply a ClusterRole of that name, or name another as clusterRoles.${who}`,
    };
  });
  if (maxNamespacesPerOwner === undefined) return roles;
  const name = reservationsNamespace;
  return [
    ...roles,
    {
      resource: "v1/namespaces",
      name,
      what: `namespace ${quoted(name)} of reservationsNamespace`,
      without:
        "until it does, only administrators can create namespaces. " +
        `As one, apply it: kubectl create namespace ${name}`,
    },
  ];
}
