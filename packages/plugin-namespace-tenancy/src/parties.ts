import type { Config } from "./config.ts";
import { isKubeletWrite, type KubeletFacts } from "./kubelet-writes.ts";
import { isNamed, isOwnAccount, type Names, namesOf, type Owned, type User } from "./ownership.ts";
import { keyOf, type Subject } from "./subject.ts";

/** Who is who in the whole cluster, by configuration. */
export interface Parties {
  /** May do everything. */
  isAdministrator(user: User): boolean;
  /** Does its work in everybody's namespaces, and no more: ownership is not its to change. */
  isController(request: KubeletFacts): boolean;
  /** May create namespaces for others. */
  mayCreateForOthers(user: User): boolean;
  /** Cannot own anything, nor be a member. */
  isRefused(subject: Subject): boolean;
}

/** Reads the lists of the configuration once. */
export function partiesOf(config: Config): Parties {
  const administrators: Names = namesOf(config.administrators);
  const provisioners: Names = namesOf(config.ownedByOthers);
  const controllers = new Set([...config.systemControllers, ...config.controllers]);
  const refused = new Set(config.refusedSubjects.map(keyOf));
  return {
    isAdministrator: (user) => isNamed(user, administrators),
    isController: (request) =>
      controllers.has(request.userInfo.username ?? "") || isKubeletWrite(request),
    mayCreateForOthers: (user) => isNamed(user, provisioners),
    isRefused: (subject) => refused.has(keyOf(subject)),
  };
}

/** What somebody is in an owned namespace. Its own service accounts are members, and never owners. */
export type Standing = "owner" | "member" | "stranger";

/** What a user is in an owned namespace. */
export function standingOf(user: User, owned: Owned): Standing {
  if (isNamed(user, owned.ownerNames)) return "owner";
  if (isNamed(user, owned.memberNames)) return "member";
  return isOwnAccount(user.username ?? "", owned.accountPrefix) ? "member" : "stranger";
}
