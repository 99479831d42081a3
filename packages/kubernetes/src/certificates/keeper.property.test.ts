import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { CertificatePolicy } from "./certificate-policy.ts";
import { pretendAuthority } from "./pretend-authority.test.ts";
import { simulatedCluster } from "./simulated-cluster.test.ts";
import { KEYS, retiredCas } from "./secret-contents.ts";

const MINUTE_MS = 60_000;
const policy: CertificatePolicy = {
  hosts: ["hook.shop.svc"],
  leafMs: 60 * MINUTE_MS,
  caMs: 180 * MINUTE_MS,
  propagationMs: 100_000,
  pollMs: 10_000,
};
const lateness = { apiServerMs: 50_000, callMs: 5_000, isolationMs: 60_000 };

const who = fc.nat(5);
const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const action = (kind: string, amount: fc.Arbitrary<number> = fc.constant(0)) =>
  fc.record({ kind: fc.constant(kind), who, amount });
const action$ = fc.oneof(
  weighted(12, action("advance", fc.integer({ min: 1, max: 9_000 }))),
  weighted(12, action("deliver")),
  weighted(4, action("look")),
  weighted(4, action("register")),
  weighted(3, action("deliverRegistration")),
  weighted(6, action("refresh")),
  weighted(2, action("request", fc.nat(3))),
  weighted(1, action("elect")),
  weighted(1, action("restart")),
  weighted(2, action("isolate", fc.integer({ min: 1_000, max: lateness.isolationMs }))),
  weighted(3, action("spoil", fc.nat(20))),
  weighted(1, action("sleep", fc.integer({ min: 1, max: 10 * MINUTE_MS }))),
  weighted(3, action("work", fc.integer({ min: 1, max: 30 }))),
);
const skew = fc.integer({ min: -2 * MINUTE_MS, max: 2 * MINUTE_MS });

describe("createKeeper(port, policy, authority, clock), in every order of events", () => {
  it("never serves what an API server cannot verify, and each rotation comes to its end", async function () {
    this.timeout(120_000);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(skew, { minLength: 1, maxLength: 4 }),
        fc.array(skew, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 8 }),
        fc.array(action$, { minLength: 40, maxLength: 250 }),
        async (servers, apiServers, cutOff, actions) => {
          const clocks = { servers, apiServers };
          const authority = pretendAuthority();
          const cluster = simulatedCluster(policy, authority, lateness, clocks, cutOff);
          const check = () => {
            const failures = cluster.failures();
            if (failures.length > 0) expect.fail([...cluster.history, ...failures].join("\n"));
          };
          const work = async (rounds: number, areCallsFast: boolean) => {
            for (let round = 0; round < rounds; round++) {
              await cluster.advance(5_000);
              for (const server of areCallsFast ? cluster.servers : []) {
                for (let calls = 0; calls < 8; calls++) await cluster.deliver(server);
              }
              cluster.register();
              if (areCallsFast) cluster.deliverRegistration();
              // One API server is up to date at once; the others take their time.
              if (areCallsFast) cluster.refresh(0);
              check();
            }
          };
          for (const { kind, who, amount } of actions) {
            const server = cluster.servers[who % cluster.servers.length];
            if (server === undefined) continue;
            if (kind === "advance") await cluster.advance(amount);
            if (kind === "deliver") await cluster.deliver(server);
            if (kind === "look") cluster.look(server);
            if (kind === "register") cluster.register();
            if (kind === "deliverRegistration") cluster.deliverRegistration();
            if (kind === "refresh") cluster.refresh(who);
            if (kind === "request") cluster.request(amount === 0 ? "leaf" : "ca");
            if (kind === "elect") cluster.elect(who);
            if (kind === "restart") cluster.restart(server);
            if (kind === "isolate") cluster.isolate(server, amount);
            if (kind === "spoil") {
              const key = Object.values(KEYS)[amount % 10];
              cluster.spoil(key, amount > 10 ? "" : "spoilt");
            }
            if (kind === "sleep") await sleepIfQuiet(cluster, amount);
            if (kind === "work") await work(amount, who % 2 === 0);
            check();
          }
          cluster.calm();
          // Until nothing has been done for longer than any step is waited for.
          for (let done = -1; done < cluster.steps.length; ) {
            done = cluster.steps.length;
            await work(60, false);
          }
          for (const step of cluster.steps) seen.add(step);
          const contents = cluster.secret();
          expect(contents?.faults).to.deep.equal([]);
          expect(contents?.request).to.equal(undefined);
          expect(contents?.next).to.equal(undefined);
          for (const ca of contents === undefined ? [] : retiredCas(contents)) {
            expect(ca.notAfter).to.be.above(cluster.now() - 70 * MINUTE_MS);
          }
          for (const { keeper } of cluster.servers) {
            expect(keeper.serving()?.leaf.id, cluster.history.join("\n")).to.equal(
              contents?.leaf?.id,
            );
          }
        },
      ),
      {
        ...(process.env["GATEWRIGHT_SEED"] && { seed: Number(process.env["GATEWRIGHT_SEED"]) }),
        // Its history says more than a shorter one would, which takes minutes to find.
        endOnFailure: true,
        numRuns: Number(process.env["GATEWRIGHT_RUNS"] ?? 300),
      },
    );
    // The orders that were tried had everything in them.
    expect([...seen].sort()).to.include.members([
      "change to the next CA",
      "introduce a CA",
      "renew the leaf",
      "restore",
      "start over",
      "take CAs away",
    ]);
  });
});

/** Nothing happens for a while, where nothing is going on. */
async function sleepIfQuiet(cluster: ReturnType<typeof simulatedCluster>, ms: number) {
  const contents = cluster.secret();
  const isQuiet =
    contents !== undefined &&
    contents.faults.length === 0 &&
    contents.request === undefined &&
    contents.next === undefined &&
    cluster.registered() === contents.cas.map(({ pem }) => pem).join("") &&
    cluster.servers.every(
      ({ keeper, looking }) => keeper.serving()?.leaf.id === contents.leaf?.id && !looking,
    );
  if (isQuiet) await cluster.advance(ms);
}
