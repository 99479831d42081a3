import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { CallerGone, readBody } from "./body.ts";
import { BadReview } from "./errors.ts";

describe("readBody(request, limits, use): Promise<T>", () => {
  let read: (request: IncomingMessage) => void;
  const server = createServer((incoming, response) => {
    read(incoming);
    incoming.on("close", () => response.end());
  });
  before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  after(() => server.close());

  const admits = () => true;
  /** Copies: the bytes are not good for longer. */
  const use = (body: Buffer) => Buffer.from(body);

  /** What comes of reading one request, which `send` makes. */
  async function bodyOf(
    send: (sent: ReturnType<typeof request>) => void,
    headers: Record<string, string> = {},
    maxBytes = 100,
    patienceMs = 60_000,
  ): Promise<Buffer> {
    const { port } = server.address() as AddressInfo;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    read = (incoming) => {
      incoming.on("error", () => {});
      new Promise<Buffer>((done) =>
        done(readBody(incoming, { maxBytes, patienceMs, admits }, use)),
      ).then(resolve, (error: unknown) => {
        incoming.resume();
        reject(error);
      });
    };
    const all = { "Content-Type": "application/json", ...headers };
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers: all, agent: false });
    sent.on("error", () => {});
    sent.on("response", (incoming) => incoming.resume());
    send(sent);
    return promise.finally(() => sent.destroy());
  }

  const failure = (reading: Promise<Buffer>) =>
    reading.then(
      () => expect.fail("was read"),
      (e: unknown) => e,
    );

  it("gives the bytes as they came", async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff]);
    expect(await bodyOf((sent) => sent.end(bytes))).to.deep.equal(bytes);
    expect(await bodyOf((sent) => sent.end())).to.deep.equal(Buffer.alloc(0));
    const parts = await bodyOf((sent) => {
      sent.write(bytes);
      globalThis.setImmediate(() => sent.end(bytes));
    });
    expect(parts).to.deep.equal(Buffer.concat([bytes, bytes]));
  });

  for (const size of [200_000, 3_000_000]) {
    it(`puts ${size} bytes together that came in pieces, also beside another body`, async () => {
      const { port } = server.address() as AddressInfo;
      const bodies = [Buffer.alloc(size, "one "), Buffer.alloc(size + 7, "another ")];
      const reading: Promise<boolean>[] = [];
      const arrived = new Promise<void>((resolve) => {
        read = (incoming) => {
          const sent = bodies[Number(incoming.headers["x-body"])] as Buffer;
          reading.push(
            readBody(incoming, { maxBytes: 10_000_000, patienceMs: 60_000, admits }, (body) =>
              body.equals(sent),
            ),
          );
          if (reading.length === bodies.length) resolve();
        };
      });
      for (const [index, body] of bodies.entries()) {
        const headers = { "Content-Type": "application/json", "X-Body": index };
        request({ port, host: "127.0.0.1", method: "POST", headers, agent: false }).end(body);
      }
      await arrived;
      expect(await Promise.all(reading)).to.deep.equal([true, true]);
    });
  }

  it("keeps nothing of a body that was used, for as long as its request is answered", async () => {
    const { port } = server.address() as AddressInfo;
    const answering: IncomingMessage[] = [];
    const decoded = new Promise<WeakRef<object>>((resolve) => {
      read = (incoming) => {
        answering.push(incoming);
        const reading = readBody(
          incoming,
          { maxBytes: 100, patienceMs: 60_000, admits },
          (body) => ({ decoded: body.toString() }),
        );
        void reading.then((review) => resolve(new WeakRef(review)));
      };
    });
    const headers = { "Content-Type": "application/json" };
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers, agent: false });
    sent.on("error", () => {}).end("{}");
    const review = await decoded;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // A weak reference that was looked at holds to the end of the turn.
    await setImmediate();
    collect();
    expect(review.deref()).to.equal(undefined);
    expect(answering).to.have.length(1);
    sent.destroy();
  });

  it("makes no garbage that only a collection of the whole heap would take away", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (how?: { type: "minor" }) => void;
    const young = () => collect({ type: "minor" });
    const old = () =>
      getHeapSpaceStatistics().find(({ space_name: name }) => name === "old_space")
        ?.space_used_size ?? 0;
    const limits = { maxBytes: 100, patienceMs: 60_000, admits };
    const start = () => {
      const headers = { "content-type": "application/json" };
      const incoming = Object.assign(new EventEmitter(), { headers, complete: true });
      const reading = readBody(incoming as unknown as IncomingMessage, limits, () => undefined);
      return { incoming, reading };
    };
    const many = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const bodies = Array.from({ length: 16 }, start);
        for (const { incoming } of bodies) incoming.emit("end");
        await Promise.all(bodies.map(({ reading }) => reading));
      }
    };
    await many(200);
    // What keeps account of it grows old with one that stays open for long.
    const slow = start();
    for (let times = 0; times < 3; times++) young();
    slow.incoming.emit("end");
    await slow.reading;
    const before = old();
    for (let times = 0; times < 10; times++) {
      await many(100);
      young();
    }
    expect(old() - before).to.be.below(1_000_000);
  });

  it("waits no longer for the rest of a body than its caller waits for the answer", async () => {
    const half = (sent: ReturnType<typeof request>) => {
      sent.write("{");
      opened = sent;
    };
    let opened: ReturnType<typeof request> | undefined;
    const error = await failure(bodyOf(half, { "Content-Length": "2" }, 100, 10));
    opened?.destroy();
    expect(error).to.be.instanceOf(BadReview).and.include({ status: 408 });
  });

  it("refuses more than it may read, by its length or by counting", async () => {
    const whole = await failure(
      bodyOf((sent) => sent.end("x".repeat(101)), { "Content-Length": "101" }),
    );
    const chunks = await failure(
      bodyOf((sent) => {
        sent.write("x".repeat(100));
        sent.end("x");
      }),
    );
    for (const error of [whole, chunks]) {
      expect(error).to.be.instanceOf(BadReview).and.include({ status: 413 });
    }
    expect(await bodyOf((sent) => sent.end("x".repeat(100)))).to.have.length(100);
  });

  it("refuses what says that it is too large before any of it has come", async () => {
    const error = await failure(bodyOf((sent) => sent.flushHeaders(), { "Content-Length": "101" }));
    expect(error).to.be.instanceOf(BadReview).and.include({ status: 413 });
  });

  it("refuses what is no JSON, and what is compressed, with 415", async () => {
    for (const headers of [
      { "Content-Type": "text/plain" },
      { "Content-Type": "application/json+patch" },
      { "Content-Type": "" },
      { "Content-Encoding": "gzip" },
      { "Content-Encoding": "br" },
    ]) {
      const error = await failure(bodyOf((sent) => sent.end("{}"), headers));
      expect(error).to.be.instanceOf(BadReview).and.include({ status: 415 });
    }
  });

  it("tells a caller that is gone from one that is wrong", async () => {
    const error = await failure(
      bodyOf(
        (sent) => {
          sent.write("{");
          globalThis.setImmediate(() => sent.destroy());
        },
        { "Content-Length": "50" },
      ),
    );
    expect(error).to.be.instanceOf(CallerGone);
  });
});
