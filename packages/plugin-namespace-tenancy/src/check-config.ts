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
      if (!name.includes("*")) continue;
      problems.push(`/${list}/${index}: "${name}" is no user name: there are no patterns here`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
