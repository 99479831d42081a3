import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { describe, it } from "mocha";
import { plugin } from "../../test/reviews.ts";
import { getPlain, servers } from "../../test/servers.ts";
import { closeNow } from "../drain.ts";
import { listenForScrapes } from "./listener.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

describe("listenForScrapes(metrics, address, onError): Promise<Server>", () => {
  const start = servers();

  it("answers only GET and HEAD of /metrics, in plain HTTP", async () => {
    const server = await start([plugin("one", { validate() {} })]);
    const url = `http://127.0.0.1:${server.server.metricsPort}`;
    const statusOf = async (path: string, method?: string) =>
      (await getPlain(url + path, method)).status;
    expect(await statusOf("/metrics?name[]=x")).to.equal(200);
    expect(await statusOf("/metrics", "HEAD")).to.equal(200);
    expect(await statusOf("/metrics", "POST")).to.equal(405);
    expect(await statusOf("/healthz")).to.equal(404);
    expect(await statusOf("/")).to.equal(404);
  });

  it("answers 500, and tells, where the metrics cannot be written", async () => {
    const told: unknown[] = [];
    const error = new Error("broken");
    const broken: Metrics = { ...createMetrics(), exposition: () => Promise.reject(error) };
    const address = { port: 0, host: "127.0.0.1" };
    const server = await listenForScrapes(broken, address, (thrown) => told.push(thrown));
    try {
      const { port } = server.address() as AddressInfo;
      const answer = await getPlain(`http://127.0.0.1:${port}/metrics`);
      expect(answer).to.include({ status: 500, body: "internal error" });
      expect(told).to.deep.equal([error]);
    } finally {
      await closeNow(server);
    }
  });

  it("refuses a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const address = { port, host: "127.0.0.1" };
    const error = await listenForScrapes(createMetrics(), address, () => {}).catch(
      (e: unknown) => e,
    );
    other.close();
    expect(error).to.have.property("code", "GW_LISTEN");
  });
});
