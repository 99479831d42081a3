/** Where text is written to. */
export interface TextSink {
  write(text: string): unknown;
}

/** All that a command sees of where it runs, so that tests run it in their own process. */
export interface Terminal {
  /** Chunks of UTF-8. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** For the result alone: what is piped on. */
  readonly stdout: TextSink;
  /** For everything said to a person. */
  readonly stderr: TextSink;
  /** Which of them are a person's terminal. */
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of arguments are relative to it. */
  readonly cwd: string;
  /** Width of standard output, in characters. */
  readonly columns: number;
  /** Whether standard output may have escape sequences for colours: a terminal, without NO_COLOR or `--no-color`. */
  readonly colours: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    isTTY: {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      stderr: stderr.isTTY === true,
    },
    env,
    // npm runs a script in its package's folder, and says here where the user is.
    cwd: env["INIT_CWD"] || process.cwd(),
    columns: stdout.columns ?? 80,
    colours: stdout.isTTY === true && wantsColours(env),
  };
}

/** https://no-color.org: NO_COLOR counts where it is not empty. */
function wantsColours(env: NodeJS.ProcessEnv): boolean {
  return !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** Everything on standard input, as text. */
export async function readStdin(terminal: Terminal): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of terminal.stdin) {
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
