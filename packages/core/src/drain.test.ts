import { once } from "node:events";
import { createServer } from "node:http";
import { Agent } from "node:https";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { plugin, reviewOf } from "../test/reviews.ts";
import type { ClusterConnection } from "./cluster-connection.ts";
import { createDrain } from "./drain.ts";
import { definePlugin } from "./plugin.ts";
import { gate, post, readAll, servers, until, WEBHOOK } from "../test/servers.ts";

const PATH = `/validate/${WEBHOOK}`;
/** Longer than any test: whoever waits for it has not been let go. */
const HOUR = 3_600;

describe("createDrain(options): a server that is closed", () => {
  const start = servers();

  it("serves on through the grace period, not ready, and asks callers to go elsewhere", async () => {
    const life: string[] = [];
    const one = plugin("one", { validate() {}, close: () => life.push("plugin closed") });
    const shutdown = { gracePeriodSeconds: HOUR };
    const server = await start([one], { shutdown });
    const agent = new Agent({ keepAlive: true });
    try {
      const ready = await server.call("/readyz", { agent });
      expect(ready).to.include({ status: 200 });
      expect(ready.headers["connection"]).to.equal("keep-alive");
      const closed = server.server.close().then(() => life.push("server closed"));
      const unready = await server.call("/readyz", { agent });
      expect(unready).to.include({ status: 503, body: "not ready: shutting down" });
      expect(unready.headers["connection"]).to.equal("close");
      const headers = { "Content-Type": "application/json" };
      const review = await server.call(PATH, { method: "POST", headers, body: reviewOf(), agent });
      expect(review.status).to.equal(200);
      expect(review.headers["connection"]).to.equal("close");
      expect(await server.call("/healthz")).to.include({ status: 200 });
      expect(life).to.deep.equal([]);
      await server.server.close();
      await closed;
      expect(life).to.deep.equal(["plugin closed", "server closed"]);
    } finally {
      agent.destroy();
    }
  });

  it("answers connections that were open before, idle ones included, during the grace period", async () => {
    const server = await start([plugin("one", { validate() {} })], {
      shutdown: { gracePeriodSeconds: HOUR },
    });
    const idle = await server.connect();
    const closed = server.server.close();
    idle.write(post(PATH, reviewOf()));
    expect(await readAll(idle)).to.match(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Connection: close\r\n/);
    await server.server.close();
    await closed;
  });

  it("finishes what is in flight after the grace period, then closes plugins in reverse", async () => {
    const held = gate();
    const entered = gate();
    const life: string[] = [];
    const lived = (name: string) =>
      plugin(name, {
        validate: async () => {
          entered.open();
          await held.passed;
          life.push(`${name} judged`);
        },
        close: () => life.push(`${name} closed`),
      });
    const server = await start([lived("a"), lived("b")]);
    const review = server.review(PATH, reviewOf());
    await entered.passed;
    const closed = server.server.close();
    await until("nobody is let in", () =>
      server.call("/healthz").then(
        () => false,
        () => true,
      ),
    );
    expect(life).to.deep.equal([]);
    held.open();
    expect((await review).allowed).to.equal(true);
    await closed;
    expect(life).to.deep.equal(["a judged", "b judged", "b closed", "a closed"]);
  });

  it("cuts off what takes longer than it may", async () => {
    const [entered, held] = [gate(), gate()];
    const stuck = plugin("stuck", {
      validate: () => {
        entered.open();
        return held.passed;
      },
    });
    const server = await start([stuck], {
      shutdown: { gracePeriodSeconds: 0, drainSeconds: 0.05 },
    });
    const review = server.review(PATH, reviewOf()).catch((error: { code?: string }) => error.code);
    await entered.passed;
    await server.server.close();
    expect(await review).to.equal("ECONNRESET");
    held.open();
  });

  it("does not wait for connections over which nothing is under way", async () => {
    const shutdown = { gracePeriodSeconds: 0, drainSeconds: HOUR };
    const server = await start([plugin("one", { validate() {} })], { shutdown });
    const unused = await server.connect();
    const tcp = await server.connectTcp();
    const used = await server.connect();
    used.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(used, "data");
    const ends = [unused, tcp, used].map((connection) => once(connection.resume(), "close"));
    await server.server.close();
    await Promise.all(ends);
  });

  it("waits no longer than it may for half a handshake, or half a call", async () => {
    const server = await start([plugin("one", { validate() {} })], {
      shutdown: { gracePeriodSeconds: 0, drainSeconds: 0.05 },
    });
    const tcp = await server.connectTcp();
    tcp.write(Buffer.from([0x16, 0x03, 0x01]));
    const half = await server.connect();
    half.write(post(PATH, reviewOf()).slice(0, -10));
    await server.call("/healthz");
    const ends = [tcp, half].map((connection) => once(connection.resume(), "close"));
    await server.server.close();
    await Promise.all(ends);
  });

  it("closes once, however often it is asked to", async () => {
    let closes = 0;
    const one = plugin("one", { validate() {}, close: () => void closes++ });
    const { server } = await start([one], { shutdown: { gracePeriodSeconds: HOUR } });
    await Promise.all([server.close(), server.close(), server.close()]);
    await server.close();
    expect(closes).to.equal(1);
  });

  it("lets go of its Leases while it still answers, for it may be asked about them", async () => {
    const cluster = createFakeCluster();
    const answers: (number | undefined)[] = [];
    let call: (path: string) => Promise<{ status: number | undefined }>;
    const guarded: ClusterConnection = {
      ...cluster,
      async update(resource, object, options) {
        const { spec } = object as { spec?: { holderIdentity?: string } };
        if (spec !== undefined && spec.holderIdentity === undefined) {
          answers.push((await call("/healthz")).status);
        }
        return cluster.update(resource, object, options);
      },
    };
    const reconciles = definePlugin({
      name: "reconciles",
      reconcile: { resource: "v1/namespaces", handle() {} },
    });
    const server = await start([reconciles()], {
      cluster: guarded,
      shutdown: { gracePeriodSeconds: 0 },
    });
    ({ call } = server);
    const lease = () =>
      cluster.get("coordination.k8s.io/v1/leases", "gatewright-reconciles", {
        namespace: "default",
      });
    await until("the server leads", async () => (await lease()) !== undefined);
    await server.server.close();
    expect(answers).to.deep.equal([200]);
    expect((await lease())?.["spec"]).to.not.have.property("holderIdentity");
  });

  it("ends, though what was to be done meanwhile cannot be", async () => {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const drain = createDrain({ gracePeriodSeconds: 0 }, () => Promise.reject(new Error("no")));
    drain.watch(http as never);
    await drain.close(http as never);
    expect(http.listening).to.equal(false);
  });
});
