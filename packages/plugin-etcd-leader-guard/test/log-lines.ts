import { type Logger, silentLogger } from "@gatewright/core";

/** A log, and its lines with their level: the last of what was said, after the reason if there is one. */
export function logLines(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const take =
    (level: string) =>
    (...said: unknown[]) => {
      const { reason } = said[0] as { reason?: string };
      lines.push(`${level} ${String(said.at(-1))}${reason === undefined ? "" : `: ${reason}`}`);
    };
  const log: Logger = { ...silentLogger, child: () => log, info: take("info"), warn: take("warn") };
  return { log, lines };
}
