import { commands } from "./commands.ts";
import { createProgram, refuseUnknownTopic } from "./frame/program.ts";
import { reportError } from "./frame/report-error.ts";
import type { ExitCode } from "./frame/exit-codes.ts";
import type { Terminal } from "./frame/terminal.ts";

/**
 * Runs the `gatewright` command with `args` (what follows its name) and never rejects: what went wrong is said on
 * `terminal.stderr`.
 *
 * @returns the exit code. That of `serve` comes once the server runs, which then goes on.
 *
 * @example
 * process.exitCode = await runGatewright(["manifests", "-c", "gatewright.yaml"], processTerminal());
 */
export async function runGatewright(
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  // Commands are made with their terminal, before anything is parsed.
  const plain = { ...terminal, colours: terminal.colours && !args.includes("--no-color") };
  try {
    const program = createProgram(plain, commands);
    refuseUnknownTopic(program, args);
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return reportError(error, plain);
  }
}
