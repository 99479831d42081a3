import { createRequire } from "node:module";

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

/** From much to nothing. */
export const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

/** JSON lines on standard output, one for a denial or a fault, by pino. */
export function createLogger(level: LogLevel = "info"): Logger {
  if (level === "silent") return silentLogger;
  // pino is loaded by the first line that is written: 30 ms that a start need not wait for.
  return lazyLogger(level, () => {
    const { pino } = createRequire(import.meta.url)("pino") as typeof import("pino");
    return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  });
}

function lazyLogger(level: LogLevel, make: () => Logger): Logger {
  let made: Logger | undefined;
  const logger = (): Logger => (made ??= make());
  const isLevelEnabled = (asked: LogLevel) => LEVELS.indexOf(asked) >= LEVELS.indexOf(level);
  const method = (name: "debug" | "info" | "warn" | "error"): LogMethod =>
    isLevelEnabled(name)
      ? (...line: [fields: object, message: string] | [message: string]) =>
          line.length === 1 ? logger()[name](line[0]) : logger()[name](...line)
      : nothing;
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    child: (fields) => lazyLogger(level, () => logger().child(fields)),
    isLevelEnabled,
  };
}
