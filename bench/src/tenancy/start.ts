import { get } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "@gatewright/testing/control-plane";
import type { Certificate } from "../certificate.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { median, spread } from "../statistics.ts";
import { namespaces } from "./plugins.ts";

const AT_ONCE = 16;

/** From the start of a server's process until it is ready, and its memory then, with many namespaces. */
export async function benchStart(
  { certFile, keyFile }: Certificate,
  { rounds, count }: { rounds: number; count: number },
  say: (line: string) => void,
): Promise<string> {
  const plane = await startControlPlane({ controllerManager: false, log: say });
  const times: number[] = [];
  const above: number[] = [];
  try {
    await populate(plane, count, say);
    const measured = async (what: "idle" | "tenancy") => {
      const port = what === "idle" ? 19_485 : 19_486;
      const started = performance.now();
      const args = [certFile, keyFile, String(port), what, plane.kubeconfig];
      const server = await startServer(what, "tenancy/tenancy-server.ts", args, port);
      try {
        await untilReady(server);
        return { ms: performance.now() - started, megabytes: server.peakMegabytes() };
      } finally {
        await server.stop();
      }
    };
    // The first round fills the API server's own caches.
    for (let round = 0; round <= rounds; round++) {
      say(`tenancy, start with ${count} namespaces: round ${round} of ${rounds}`);
      const empty = await measured("idle");
      const full = await measured("tenancy");
      if (round === 0) continue;
      times.push(full.ms);
      above.push(full.megabytes - empty.megabytes);
    }
  } finally {
    await plane.stop();
  }
  return [
    `### Start with ${count} namespaces and ${count * 4} members, real kube-apiserver`,
    "",
    "| from the start of the process until ready, ms | peak memory above a server with an idle plugin, MB |",
    "|---|---|",
    `| ${median(times).toFixed(0)} (${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}) | ${spread(above, 0)} |`,
    "",
  ].join("\n");
}

async function populate(
  plane: ControlPlane,
  count: number,
  say: (line: string) => void,
): Promise<void> {
  const bodies = namespaces(count).values();
  let done = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const body of bodies) {
        const { status } = await plane.request("/api/v1/namespaces", { body });
        if (status !== 201) throw new Error(`a namespace could not be made: ${status}`);
        if (++done % 1_000 === 0) say(`${done} of ${count} namespaces`);
      }
    }),
  );
}

async function untilReady({ port }: ServerProcess): Promise<void> {
  while ((await statusOf(port)) !== 200) await delay(5);
}

function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: "/readyz", rejectUnauthorized: false };
    get({ ...options, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    }).on("error", reject);
  });
}
