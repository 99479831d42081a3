import { createServer, definePlugin, type Server } from "@gatewright/core";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { type RegisteredWebhooks, registerServer } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { createdPods, pod } from "./pods.ts";
import { developmentTls, service, useTestBed, webhookName } from "./test-bed.ts";
import { failures, startTraffic, type Traffic } from "./traffic.ts";

// Long enough that only the test ends it: the second close() does.
const gracePeriodSeconds = 3_600;

describe("a server stopped and started again under traffic, failurePolicy Fail", () => {
  const bed = useTestBed();
  let traffic: Traffic | undefined;
  let registered: RegisteredWebhooks | undefined;
  const servers: Server[] = [];
  afterEach(async () => {
    await traffic?.stop();
    await registered?.unregister();
    for (const server of servers.splice(0)) {
      const closed = server.close();
      await Promise.all([closed, server.close()]);
    }
  });

  /** Holds the reviews of pods called "held-…" until they are let go. */
  function holding() {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const holds = definePlugin({
      name: "holds",
      validate: {
        rules: createdPods,
        sideEffects: "None",
        async handle({ object }) {
          if (object.metadata.name?.startsWith("held") !== true) return;
          arrived.resolve();
          await released.promise;
        },
      },
    });
    return { plugin: holds(), arrived: arrived.promise, release: released.resolve };
  }

  for (const by of ["URL", "Service"] as const) {
    it(`fails no call while it drains, and only those of the time when it is down, by ${by}`, async () => {
      const { plugin, arrived, release } = holding();
      const start = async (port: number) => {
        const server = await createServer({
          port,
          log: "silent",
          tls: developmentTls(bed.cluster),
          shutdown: { gracePeriodSeconds },
          webhooks: {
            [webhookName]: { plugins: [runAsNonRoot(), plugin], failurePolicy: "Fail" },
          },
        });
        servers.push(server);
        return server;
      };
      const first = await start(0);
      registered = await registerServer(bed.plane, first, by === "URL" ? {} : { service });
      const path = `/api/v1/namespaces/${bed.namespace}/pods`;
      const create = async (body: object) => {
        const answer = await bed.plane.request(path, { body });
        return answer.status === 201 ? undefined : String(answer.body?.message ?? answer.text);
      };
      const generated = { ...pod(""), metadata: { generateName: "traffic-" } };
      const running = startTraffic(() => create(generated));
      traffic = running;
      expect(failures(await running.calls(100))).to.deep.equal([]);

      // From the first close() on it drains, for as long as the grace period takes.
      const closing = first.close();
      expect(failures(await running.calls(100))).to.deep.equal([]);
      const held = create(pod(`held-${by.toLowerCase()}`));
      await arrived;

      // The second close() ends the grace period: no new calls, but what is in flight is finished.
      const endedInGrace = running.ended();
      const cut = first.close();
      release();
      expect(await held, "the review in flight").to.equal(undefined);
      await Promise.all([closing, cut]);
      servers.splice(0);
      const address =
        by === "URL" ? `127\\.0\\.0\\.1:${first.port}` : `hook\\.default\\.svc:${first.port}`;
      const down = failures(await running.calls(20));
      expect(down).to.have.length(20);
      for (const failure of down) {
        expect(failure).to.match(
          new RegExp(
            `^Internal error occurred: failed calling webhook "pods\\.e2e\\.gatewright\\.dev": ` +
              `failed to call webhook: Post "https://${address}/(mutate|validate)/pods\\.e2e\\.gatewright\\.dev` +
              `\\?timeout=10s": dial tcp .*: connect: connection refused$`,
          ),
        );
      }

      await start(first.port);
      const startedAgain = running.begun();
      expect(failures(await running.calls(100))).to.deep.equal([]);
      const all = await running.stop();
      for (const [place, { begun, failure }] of all.entries()) {
        if (failure === undefined) continue;
        // What ended before the grace period did was served; so was what began when it was up again.
        expect(place, failure).to.be.at.least(endedInGrace);
        expect(begun, failure).to.be.below(startedAgain);
      }
    });
  }
});
