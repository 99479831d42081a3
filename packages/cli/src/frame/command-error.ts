import { type ExitCode, exitCodes } from "./exit-codes.ts";

/**
 * Ends a command with an exit code. The message is for people: what is wrong, and what to do, in lines of plain text;
 * an empty one says nothing, for commands whose output has said it all.
 *
 * @example
 * throw new CommandError('there is no webhook "pods": gatewright.yaml has pods.example.com', exitCodes.wrongUsage);
 */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Ends a command that has said all there is to say: `throw endWith(exitCodes.refused)`. */
export function endWith(exitCode: Exclude<ExitCode, typeof exitCodes.done>): CommandError {
  return new CommandError("", exitCode);
}
