/**
 * Where progress goes unless the caller says otherwise: stderr, so that stdout stays the result's.
 */
export function logToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
