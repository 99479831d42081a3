/** Writes one line: fields first, then the message. pino's loggers fit. */
export interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}

/** Where lines go. The smallest part of pino's interface that is used here. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: object): Logger;
  /** Whether a line of this level is written at all; saves making it where it is not. */
  isLevelEnabled?(level: "debug" | "info" | "warn" | "error"): boolean;
}

/** How much is logged: `debug` shows each admitted review. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const nothing = (): void => {};

/** Writes nothing. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
  isLevelEnabled: () => false,
};

/** JSON lines on standard output, one for a denial or a fault, by pino. */
export async function createLogger(level: LogLevel = "info"): Promise<Logger> {
  // Loaded here, because a server that is given a logger has no use for pino.
  const { pino } = await import("pino");
  const lines: Logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return lines;
}
