import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { pinned } from "./server-process.ts";

/** One run of load against one server. */
export interface Load {
  url: string;
  body: string;
  seconds: number;
  /** A new TLS connection for each call, instead of 16 that are kept. */
  newConnections: boolean;
}

/** What came of it. */
export interface Measured {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  requests: number;
}

const run = promisify(execFile);
const CONNECTIONS = 16;

/** The load generator: wrk where it is installed, else autocannon from npm. */
export const generator: "wrk" | "autocannon" = hasWrk() ? "wrk" : "autocannon";

function hasWrk(): boolean {
  try {
    execFileSync("wrk", ["--version"], { stdio: "ignore" });
  } catch (error) {
    // wrk prints its version and exits with 1.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
  return true;
}

/**
 * Calls one server for a while from another core.
 *
 * @throws where any answer was not 2xx, or a connection failed: such a run measures something else.
 */
export function measure(load: Load, folder: string): Promise<Measured> {
  return generator === "wrk" ? byWrk(load, folder) : byAutocannon(load);
}

async function byWrk(
  { url, body, seconds, newConnections }: Load,
  folder: string,
): Promise<Measured> {
  const script = join(folder, "review.lua");
  const close = newConnections ? 'wrk.headers["Connection"] = "close"\n' : "";
  const json = 'wrk.headers["Content-Type"] = "application/json"\n';
  writeFileSync(script, `wrk.method = "POST"\n${json}${close}wrk.body = [==[${body}]==]\n`);
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", "-s", script, url];
  const [command, ...rest] = pinned("load", "wrk", args) as [string];
  const { stdout } = await run(command, rest);
  const failed = /Non-2xx.*|Socket errors: .*/.exec(stdout)?.[0];
  // wrk counts as a read error the end of a connection that the server closed as it was asked to.
  if (
    failed !== undefined &&
    !(newConnections && /connect 0, read \d+, write 0, timeout 0/.test(failed))
  ) {
    throw new Error(`${url}: ${failed}`);
  }
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    p50Ms: milliseconds(/50%\s+([\d.]+\w+)/.exec(stdout)?.[1]),
    p99Ms: milliseconds(/99%\s+([\d.]+\w+)/.exec(stdout)?.[1]),
  };
}

function milliseconds(text: string | undefined): number {
  const [, amount, unit] = /^([\d.]+)(us|ms|s)$/.exec(text ?? "") ?? [];
  return Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? ""] ?? Number.NaN);
}

async function byAutocannon({ url, body, seconds, newConnections }: Load): Promise<Measured> {
  const cli = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
  const args = [cli, "-j", "-n", "-c", String(CONNECTIONS), "-d", String(seconds), "-m", "POST"];
  args.push("-H", "content-type=application/json", "-b", body);
  if (newConnections) args.push("-D", "1");
  const [command, ...rest] = pinned("load", process.execPath, [...args, url]) as [string];
  // The certificate is the bench's own, and its CA is in no store.
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
  const { stdout } = await run(command, rest, { env, maxBuffer: 64 * 1024 * 1024 });
  const result = JSON.parse(stdout) as {
    requests: { average: number; total: number };
    latency: { p50: number; p99: number };
    non2xx: number;
    errors: number;
  };
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} calls failed`);
  }
  return {
    requestsPerSecond: result.requests.average,
    requests: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}
