import type { UserInfo } from "@gatewright/core";

/** Who sends a request. */
export interface UserFacts {
  /**
   * A user name, from which the groups follow as the API server's authenticators give them; or the whole
   * `userInfo`, taken as it is.
   * @default "alice"
   */
  user?: string | UserInfo;
  /** Groups of that user, besides `system:authenticated` and what the name brings along. */
  groups?: readonly string[];
  /** Instead of `user`: `namespace:name`, as in `kubectl create rolebinding --serviceaccount`. */
  serviceAccount?: string;
}

/**
 * `userInfo` as kube-apiserver sends it.
 *
 * @throws Error where the facts contradict each other.
 */
export function userInfoOf({ user, groups = [], serviceAccount }: UserFacts): UserInfo {
  if (typeof user === "object") {
    if (groups.length > 0 || serviceAccount !== undefined) {
      throw new Error("a whole userInfo has its groups in it: leave groups and serviceAccount out");
    }
    return structuredClone(user);
  }
  if (serviceAccount !== undefined) {
    if (user !== undefined) throw new Error("either user or serviceAccount, not both");
    if (!/^[^:/]+:[^:/]+$/.test(serviceAccount)) {
      throw new Error(`serviceAccount "${serviceAccount}" is not "namespace:name"`);
    }
  }
  const username =
    serviceAccount === undefined ? (user ?? "alice") : `system:serviceaccount:${serviceAccount}`;
  return { username, groups: [...new Set([...groups, ...groupsOfName(username)])] };
}

/** `k8s.io/apiserver/pkg/authentication/{user,serviceaccount,group}`. */
function groupsOfName(username: string): string[] {
  if (username === "system:anonymous") return ["system:unauthenticated"];
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(username) ?? [];
  if (namespace !== undefined) {
    return [
      "system:serviceaccounts",
      `system:serviceaccounts:${namespace}`,
      "system:authenticated",
    ];
  }
  if (username.startsWith("system:node:")) return ["system:nodes", "system:authenticated"];
  return ["system:authenticated"];
}
