/** What the exit code of `gatewright` means; `docs/cli.md` says it of each command. */
export const exitCodes = {
  /** Done. `doctor`, `certs show`: nothing is wrong. */
  done: 0,
  /** It ran and said no: something is wrong with what was looked at, or the server could not start. */
  refused: 1,
  /** The command line or the configuration makes no sense; nothing was done. */
  wrongUsage: 2,
  /** The API server cannot be reached, or refused a call that the command needs. */
  cluster: 3,
  /** A mistake in Gatewright itself, with a stack to report. */
  internal: 4,
} as const;

/** One of `exitCodes`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
