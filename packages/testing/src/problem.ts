import { AssertionError } from "node:assert";

/** One thing that is wrong with a case. */
export interface Problem {
  message: string;
  /** With `expected`, for a diff. */
  actual?: unknown;
  expected?: unknown;
  /** What a function of the case's author threw; thrown on as it is. */
  thrown?: unknown;
}

/**
 * The failure of a case. The first problem's diff stands in the message: mocha and vitest would show one
 * of their own, node:test none. `actual` and `expected` are there for editors.
 *
 * @param at its stack is shown: where the case was written, not where in here it was run.
 */
export function failureOf(title: string, problems: readonly Problem[], at: Error): Error {
  const [first, ...others] = problems as [Problem, ...Problem[]];
  if (first.thrown instanceof Error) return first.thrown;
  const lines = [`${title}: ${first.message}`];
  if ("expected" in first) lines.push(diffOf(first.actual, first.expected));
  for (const { message } of others) lines.push(`also: ${message}`);
  // No AssertionError of Node's: it has a `diff`, which vitest takes for its own, and some versions append
  // a second one to the message.
  const failure = new Error(lines.join("\n"));
  const frames = (at.stack ?? "").split("\n").filter((line) => /^\s+at (?!.*\(?node:)/.test(line));
  failure.stack = [`AssertionError: ${failure.message}`, ...frames].join("\n");
  const { actual, expected } = first;
  return Object.assign(failure, {
    name: "AssertionError",
    code: "ERR_ASSERTION",
    ...("expected" in first ? { actual, expected } : {}),
    showDiff: false,
  });
}

function diffOf(actual: unknown, expected: unknown): string {
  const { message } = new AssertionError({ actual, expected, operator: "deepStrictEqual" });
  return message.replace(/^Expected values to be strictly deep-equal:\n/, "").trimEnd();
}
