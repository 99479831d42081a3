import type { Terminal } from "./terminal.ts";

const DELAY_MILLISECONDS = 1000;
const REDRAW_MILLISECONDS = 250;

/** Says what is being done now, in place of what was: "waiting for 2 of 3 replicas". */
export type Say = (what: string) => void;

/**
 * Does `work`, and shows on standard error what takes longer than a second: on a terminal one line that counts the
 * seconds and goes away at the end, elsewhere a line for each thing said, once.
 *
 * @param delayMilliseconds - how long to say nothing; 1000 by default.
 */
export async function withProgress<T>(
  { stderr, isTTY }: Terminal,
  what: string,
  work: (say: Say) => Promise<T>,
  delayMilliseconds = DELAY_MILLISECONDS,
): Promise<T> {
  const began = Date.now();
  let saying = what;
  let shown: string | undefined;
  const show = (): void => {
    if (isTTY.stderr) {
      // Back to the line's start; what is longer than the new text is erased.
      stderr.write(`\r${saying} … ${Math.floor((Date.now() - began) / 1000)} s\u001B[K`);
    } else if (shown !== saying) {
      stderr.write(`${saying} …\n`);
    }
    shown = saying;
  };
  let redraw: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    if (isTTY.stderr) redraw = setInterval(show, REDRAW_MILLISECONDS);
  }, delayMilliseconds);
  try {
    return await work((now) => {
      saying = now;
      if (shown !== undefined) show();
    });
  } finally {
    clearTimeout(first);
    clearInterval(redraw);
    if (isTTY.stderr && shown !== undefined) stderr.write("\r\u001B[K");
  }
}
