import type { Pipeline } from "@gatewright/core";
import { type EtcdCluster, startEtcd, waitUntil } from "@gatewright/testing/control-plane";
import { Etcd3 } from "etcd3";
import { median, percentile } from "../statistics.ts";
import { deletionOf } from "./departures.ts";
import { guardOf, pipelineOf, reviewerOf } from "./guarded.ts";

const LATE_MS = 20;

/** Which member answers late, if one does; `etcd-0` leads. */
const situations = [
  { name: "as it is", late: undefined },
  { name: `a follower ${LATE_MS} ms late`, late: "etcd-2" },
  { name: `the leader ${LATE_MS} ms late`, late: "etcd-0" },
] as const;

/** A decision beside the slowest member's Status call, both of one round. */
interface Sample {
  status: number;
  decision: number;
}

/**
 * How long a guarded decision takes beside the slowest of three Status calls made side by side, in turn.
 * What is demanded: at most 1.3 times that, and 2 ms.
 */
export async function benchDecisions(
  { denied, allowed }: { denied: number; allowed: number },
  say: (line: string) => void,
): Promise<string> {
  const rows: string[] = [];
  for (const { name, late } of situations) {
    const etcd = await startEtcd({ members: 3, proxied: late !== undefined, log: say });
    try {
      await etcd.moveLeader("etcd-0");
      if (late !== undefined) await etcd.member(late).proxy.delay(LATE_MS);
      const bench = await openBench(etcd);
      say(`${name}: the leader's pod is denied`);
      rows.push(row(name, "the leader's pod, denied", await bench.run(deny, denied)));
      say(`${name}: a follower's pod is allowed`);
      rows.push(row(name, "a follower's pod, allowed", await bench.run(allow, allowed)));
      await bench.close();
    } finally {
      await etcd.stop();
    }
  }
  return [
    "### A guarded decision beside the slowest member's Status call",
    "",
    `Three members, without fsync. ${denied} denials and ${allowed} grants, each beside three Status calls at once of`,
    "the same round; each grant is given back before the next.",
    "",
    "| etcd | decision | slowest Status, p50 ms | decision, p50 ms | p99 ms | 1.3 × Status + 2 ms | kept |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

type Step = (etcd: EtcdCluster, pipeline: Pipeline, round: number) => Promise<number>;

const deny: Step = (_etcd, pipeline) => decide(pipeline, "etcd-0", "deny");

const allow: Step = async (etcd, pipeline, round) => {
  const taken = await decide(pipeline, `etcd-${1 + (round % 2)}`, "allow");
  await giveBack(etcd, pipeline);
  return taken;
};

async function openBench(etcd: EtcdCluster) {
  const pods = etcd.members.map(({ name }) => name);
  const pipeline = await pipelineOf(guardOf(etcd.endpoints, pods));
  const clients = etcd.endpoints.map((hosts) => new Etcd3({ hosts }));
  return {
    async run(step: Step, rounds: number): Promise<Sample[]> {
      const samples: Sample[] = [];
      const warmUp = Math.ceil(rounds / 10);
      for (let round = 0; round < rounds + warmUp; round++) {
        // Every other round the other way round, so that neither always finds warm what the other left.
        const first = round % 2 === 0 ? await slowestStatus(clients) : undefined;
        const decision = await step(etcd, pipeline, round);
        const status = first ?? (await slowestStatus(clients));
        if (round >= warmUp) samples.push({ status, decision });
      }
      return samples;
    },
    async close(): Promise<void> {
      for (const client of clients) client.close();
      await pipeline.close();
    },
  };
}

async function slowestStatus(clients: readonly Etcd3[]): Promise<number> {
  const taken = clients.map(async ({ maintenance }) => {
    const started = performance.now();
    await maintenance.status();
    return performance.now() - started;
  });
  return Math.max(...(await Promise.all(taken)));
}

async function decide(pipeline: Pipeline, pod: string, expected: string): Promise<number> {
  const request = deletionOf(pod);
  const reviewer = reviewerOf(pipeline);
  const started = performance.now();
  const outcome = await reviewer.review(request);
  const taken = performance.now() - started;
  if (outcome.kind !== expected) {
    throw new Error(`${pod} was to be ${expected}: ${JSON.stringify(outcome)}`);
  }
  return taken;
}

/** Ends the grant in etcd, and waits until the guard has seen that: it looks twice a second. */
async function giveBack(etcd: EtcdCluster, pipeline: Pipeline): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const [from, to] = ["grants/", "grants0"].map((end) =>
    base64(`/gatewright.dev/etcd-leader-guard/v1/${end}`),
  );
  const { kvs = [] } = await etcd.call("/v3/kv/range", { key: from, range_end: to });
  for (const { lease } of kvs as { lease: string }[]) {
    await etcd.call("/v3/lease/revoke", { ID: lease });
  }
  const held = () =>
    pipeline.metrics().find(({ name }) => name === "gatewright_etcd_leader_guard_grants_held")
      ?.samples[0]?.value;
  await waitUntil(() => held() === 0, { what: "the end of a grant", intervalMs: 20 });
}

function row(situation: string, decision: string, samples: readonly Sample[]): string {
  const status = median(samples.map((sample) => sample.status));
  const taken = samples.map((sample) => sample.decision);
  const bound = 1.3 * status + 2;
  const cells = [situation, decision, status, median(taken), percentile(taken, 99), bound];
  const written = cells.map((cell) => (typeof cell === "number" ? cell.toFixed(2) : cell));
  return `| ${written.join(" | ")} | ${median(taken) <= bound ? "yes" : "**no**"} |`;
}
