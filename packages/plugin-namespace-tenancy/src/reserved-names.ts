import type { Cluster } from "@gatewright/core";
import type { Config } from "./config.ts";
import { type NamespaceObject, ownershipOf, type User } from "./ownership.ts";
import { quoted } from "./shown.ts";
import { keyOf, type Subject, subjectOf } from "./subject.ts";
import { asker, type Refusal } from "./words.ts";

const ACCOUNTS = "system:serviceaccounts:";

/**
 * Whether the configuration keeps a namespace's name from tenants. Whoever owns a namespace has its service
 * accounts: were one of them a controller or an administrator, so would be he who first creates the namespace.
 */
export function reservedBy(config: Config): (name: string) => boolean {
  const { controllers, systemControllers, administrators, ownedByOthers } = config;
  const exact = new Set(["default", config.reservationsNamespace]);
  for (const username of [...controllers, ...systemControllers]) {
    addNamespace(exact, subjectOf(username));
  }
  for (const subject of [...administrators, ...ownedByOthers]) addNamespace(exact, subject);
  const beginnings = ["kube-"];
  for (const name of config.reservedNames) {
    if (name.endsWith("*")) beginnings.push(name.slice(0, -1));
    else exact.add(name);
  }
  return (name) => exact.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}

function addNamespace(names: Set<string>, subject: Subject | undefined): void {
  if (subject?.kind === "ServiceAccount") names.add(subject.namespace as string);
  else if (subject?.kind === "Group" && subject.name.startsWith(ACCOUNTS)) {
    names.add(subject.name.slice(ACCOUNTS.length));
  }
}

/** What tells which names are reserved. */
interface Names {
  readonly state: { readonly isReserved: (name: string) => boolean };
  readonly cluster: Pick<Cluster, "username">;
}

/**
 * What is against a namespace with a reserved name being given to anybody, by whoever is no administrator. That
 * somebody loses it is not against it.
 *
 * @param before undefined for a new one
 */
export async function reservedRefusal(
  name: string,
  user: User,
  before: NamespaceObject | undefined,
  after: NamespaceObject,
  { state, cluster }: Names,
): Promise<Refusal | undefined> {
  const had = new Set(tenantsOf(before).map(keyOf));
  if (tenantsOf(after).every((subject) => had.has(keyOf(subject)))) return undefined;
  if (!state.isReserved(name)) {
    // Not in the configuration: the account that the server has is the cluster's to say.
    const itself = subjectOf(await cluster.username());
    if (itself?.namespace !== name) return undefined;
  }
  return {
    message: `${asker(user.username)} may not give namespace ${quoted(name)} to anybody: its name is reserved, and only an administrator can`,
  };
}

function tenantsOf(namespace: NamespaceObject | undefined): readonly Subject[] {
  if (namespace === undefined) return [];
  const ownership = ownershipOf(namespace);
  return ownership.state === "owned" ? [...ownership.owners, ...ownership.members] : [];
}
