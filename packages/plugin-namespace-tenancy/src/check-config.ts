import type { Config } from "./config.ts";
import { subjectProblem } from "./subject.ts";

const LISTS = ["administrators", "ownedByOthers", "refusedSubjects"] as const;

/**
 * Checks what the schema cannot say.
 *
 * @throws an Error that names every problem at once, each with its JSON pointer, a line each.
 */
export function checkConfig(config: Config): void {
  const problems: string[] = [];
  for (const list of LISTS) {
    for (const [index, subject] of config[list].entries()) {
      const problem = subjectProblem(subject);
      if (problem !== undefined) problems.push(`/${list}/${index}: ${problem}`);
    }
  }
  for (const list of ["controllers", "systemControllers"] as const) {
    for (const [index, name] of config[list].entries()) {
      const problem = userNameProblem(name);
      if (problem !== undefined)
        problems.push(`/${list}/${index}: "${name}" is no user name: ${problem}`);
    }
  }
  for (const [index, key] of config.protectedKeys.entries()) {
    if (!key.includes("*")) continue;
    problems.push(
      `/protectedKeys/${index}: "${key}" is no key: a prefix ends in a slash, and has no *`,
    );
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

const ACCOUNT = "system:serviceaccount:";

/** What nobody is called who was meant: a pattern, a group, or a service account in another spelling. */
function userNameProblem(name: string): string | undefined {
  if (name.includes("*")) return "there are no patterns here";
  if (name.startsWith("system:serviceaccounts")) {
    return `that is a group: list accounts one by one, "${ACCOUNT}<namespace>:<name>"`;
  }
  const isAccount = name.startsWith(ACCOUNT);
  if (isAccount && !/^[^:]+:[^:]+$/.test(name.slice(ACCOUNT.length))) {
    return `a service account's is "${ACCOUNT}<namespace>:<name>"`;
  }
  const [, namespace, account] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(name) ?? [];
  return account === undefined ? undefined : `write "${ACCOUNT}${namespace}:${account}"`;
}
