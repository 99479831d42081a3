import { readFileSync } from "node:fs";
import { registerWebhooks, startControlPlane } from "@gatewright/testing/control-plane";
import { pod } from "./reviews.ts";
import { startServer } from "./server-process.ts";
import { median, spread } from "./statistics.ts";

const CALLS = 200;

const variants = [
  { name: "no webhook", script: undefined },
  { name: "bare node:https", script: "bare-server.ts" },
  { name: "run-as-nonroot", script: "gatewright-server.ts" },
] as const;

/** Dry-run creations of a Pod through a real kube-apiserver, one at a time. */
export async function benchApiServer(
  { certFile, keyFile, caFile }: { certFile: string; keyFile: string; caFile: string },
  rounds: number,
  say: (line: string) => void,
): Promise<string> {
  const plane = await startControlPlane({ controllerManager: false, log: say });
  const caBundle = readFileSync(caFile, "utf8");
  const times = variants.map((): { p50: number[]; p99: number[] } => ({ p50: [], p99: [] }));
  try {
    await plane.request("/api/v1/namespaces/default/serviceaccounts", {
      method: "POST",
      body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } },
    });
    for (let round = 0; round <= rounds; round++) {
      for (const [index, { name, script }] of variants.entries()) {
        say(`API server, ${name}: round ${round} of ${rounds}`);
        const port = 19_463 + index;
        const server =
          script === undefined
            ? undefined
            : await startServer(name, script, [certFile, keyFile, String(port), "0"], port);
        const registration =
          server === undefined
            ? undefined
            : await registerWebhooks(plane, {
                name: "bench",
                webhooks: [
                  {
                    name: "pods.gatewright.dev",
                    phase: "mutate",
                    rules: [
                      {
                        apiGroups: [""],
                        apiVersions: ["v1"],
                        resources: ["pods"],
                        operations: ["CREATE"],
                      },
                    ],
                  },
                ],
                clientConfig: { url: `https://127.0.0.1:${port}` },
                caBundle,
              });
        try {
          await createPods(plane, 50);
          const taken = await createPods(plane, CALLS);
          if (round > 0) {
            times[index]?.p50.push(median(taken));
            times[index]?.p99.push(
              taken.toSorted((a, b) => a - b)[Math.floor(CALLS * 0.99)] as number,
            );
          }
        } finally {
          await registration?.unregister();
          await server?.stop();
        }
      }
    }
  } finally {
    await plane.stop();
  }
  const without = times[0]?.p50 ?? [];
  return [
    `### Through a real kube-apiserver: ${CALLS} dry-run Pod creations, one at a time`,
    "",
    "| webhook | p50 ms | p99 ms | p50 above no webhook, ms |",
    "|---|---|---|---|",
    ...times.map(({ p50, p99 }, index) => {
      const above = p50.map((value, round) => value - (without[round] ?? Number.NaN));
      const cells = [
        variants[index]?.name,
        spread(p50),
        spread(p99),
        index === 0 ? "" : spread(above),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

/** Creates Pods one after another, and gives how long each took, in milliseconds. */
async function createPods(
  plane: Awaited<ReturnType<typeof startControlPlane>>,
  count: number,
): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    const { status, text } = await plane.request("/api/v1/namespaces/default/pods?dryRun=All", {
      method: "POST",
      body: pod(4, `bench-${index}`),
    });
    taken.push(performance.now() - started);
    if (status !== 201) throw new Error(`the API server answered ${status}: ${text}`);
  }
  return taken;
}
