import type { Command } from "commander";

/** Adds examples to a command's help: pairs of a command line and what it is for. */
export function addExamples(
  command: Command,
  examples: readonly (readonly [line: string, what: string])[],
): Command {
  const lines = examples.map(([line, what]) => `  # ${what}\n  ${line}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** Adds what the exit codes mean where a command has more to say than 0 and 2. */
export function addExitCodes(command: Command, codes: Readonly<Record<number, string>>): Command {
  const lines = Object.entries(codes).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return command.addHelpText("after", `\nExit codes:\n${lines.join("\n")}`);
}
