import type { Cluster } from "@gatewright/core";
import { type NamespaceObject, type Ownership, ownershipOf } from "./ownership.ts";
import { isKept, ROLE_BINDINGS } from "./role-bindings.ts";

/** A namespace's ownership, and whether one that says nothing was owned before. */
export type Condition = Ownership | { readonly state: "missing" };

/**
 * What a namespace is where its annotations say that it is nobody's: one that has the server's RoleBindings was
 * owned, unless it was released. Only the server and administrators can write RoleBindings of those names.
 */
export async function conditionOf(
  cluster: Pick<Cluster, "list">,
  name: string,
  namespace: NamespaceObject,
): Promise<Condition> {
  const ownership = ownershipOf(namespace);
  if (ownership.state !== "unowned" || ownership.released) return ownership;
  const bindings = await cluster.list(ROLE_BINDINGS, { namespace: name });
  const wasOwned = bindings.some(({ metadata }) => isKept(metadata.name));
  return wasOwned ? { state: "missing" } : ownership;
}
