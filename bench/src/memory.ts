import type { Certificate } from "./certificate.ts";
import { measure } from "./load.ts";
import { sizes } from "./reviews.ts";
import { startServer } from "./server-process.ts";
import { median, spread } from "./statistics.ts";

const SECONDS = 2;

/** A server whose memory is taken; the first is what the others are a multiple of. */
interface Variant {
  name: string;
  script: string;
  idle: string;
}

/**
 * The most memory that a server ever held, under each load in turn. A peak is one moment's, and another one
 * each time: every round has processes of its own.
 */
export async function benchMemory(
  variants: readonly Variant[],
  { certFile, keyFile, folder }: Certificate & { folder: string },
  { path, rounds }: { path: string; rounds: number },
  say: (line: string) => void,
): Promise<string> {
  const peaks = variants.map((): number[] => []);
  for (let round = 1; round <= rounds; round++) {
    say(`peak memory: round ${round} of ${rounds}`);
    for (const [index, { name, script, idle }] of variants.entries()) {
      const port = 19_448 + index;
      const server = await startServer(name, script, [certFile, keyFile, String(port), idle], port);
      try {
        const url = `https://127.0.0.1:${port}${path}`;
        for (const newConnections of [false, true]) {
          for (const { body } of sizes) {
            await measure({ url, body, seconds: SECONDS, newConnections }, folder);
          }
        }
        peaks[index]?.push(server.peakMegabytes());
      } finally {
        await server.stop();
      }
    }
  }
  const [bare = []] = peaks;
  return [
    `### Peak memory of a process, after ${SECONDS} s of each load`,
    "",
    "| server | MB | of bare |",
    "|---|---|---|",
    ...variants.map(({ name }, index) => {
      const own = peaks[index] ?? [];
      const ratios = own.map((megabytes, round) => megabytes / (bare[round] as number));
      return `| ${name} | ${median(own).toFixed(0)} | ${index === 0 ? "1" : spread(ratios)} |`;
    }),
    "",
  ].join("\n");
}
