import type { Terminal } from "../src/frame/terminal.ts";

/** A terminal whose output can be read back. */
export interface TestTerminal extends Terminal {
  /** What was written to standard output so far. */
  out(): string;
  /** What was written to standard error so far. */
  err(): string;
}

/** A terminal of nobody's: no colours, nothing on standard input, the working directory of the tests. */
export function createTestTerminal(
  given: Partial<Omit<Terminal, "stdin">> & { stdin?: string } = {},
): TestTerminal {
  let out = "";
  let err = "";
  const { stdin = "", ...rest } = given;
  return {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    isTTY: { stdin: false, stdout: false, stderr: false },
    env: {},
    cwd: process.cwd(),
    columns: 80,
    colours: false,
    ...rest,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    out: () => out,
    err: () => err,
  };
}
