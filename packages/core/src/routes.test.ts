import { once } from "node:events";
import { Agent } from "node:https";
import { expect } from "chai";
import { describe, it } from "mocha";
import { plugin, podRequest, reviewOf } from "../test/reviews.ts";
import { type Answer, type Call, post, readAll, servers, WEBHOOK } from "../test/servers.ts";

const PATH = `/validate/${WEBHOOK}`;
const JSON_TYPE = { "Content-Type": "application/json" };
const allow = plugin("allow", { validate() {} });

describe("createRoutes(options): Koa", () => {
  const start = servers();

  /** One call of a server that allows everything. */
  async function answerTo(path: string, call: Call = {}): Promise<Answer> {
    return (await start([allow])).call(path, call);
  }

  for (const apiVersion of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] as const) {
    it(`answers a review of ${apiVersion} in the version received`, async () => {
      const body = reviewOf({ uid: "the-uid" }, apiVersion);
      const answer = await answerTo(`${PATH}?timeout=10s`, {
        method: "POST",
        headers: JSON_TYPE,
        body,
      });
      expect(answer.status).to.equal(200);
      expect(answer.headers).to.deep.include({
        "content-type": "application/json",
        "content-length": String(answer.body.length),
      });
      expect(JSON.parse(answer.body)).to.deep.equal({
        apiVersion,
        kind: "AdmissionReview",
        response: { uid: "the-uid", allowed: true },
      });
    });
  }

  it("answers a fault with 500, in text that names plugin and review, and no cause", async () => {
    const broken = plugin("broken", {
      validate: () => {
        throw new Error("password=hunter2");
      },
    });
    const server = await start([broken, allow]);
    const answer = await server.call(PATH, {
      method: "POST",
      headers: JSON_TYPE,
      body: reviewOf(),
    });
    expect(answer.status).to.equal(500);
    expect(answer.headers["content-type"]).to.equal("text/plain; charset=utf-8");
    expect(answer.body).to.equal(
      `plugin "broken" could not judge (GW_PLUGIN_FAULT): CREATE pods, review ${podRequest().uid}`,
    );
  });

  const big = Buffer.alloc(2_000, 0x20);
  const refusals: Record<string, [path: string, call: Call, status: number, body: string]> = {
    "another method": [
      PATH,
      { method: "GET" },
      405,
      "GET is not allowed here: POST an AdmissionReview",
    ],
    "a PUT with a body": [
      PATH,
      { method: "PUT", headers: JSON_TYPE, body: reviewOf() },
      405,
      "PUT is not allowed here: POST an AdmissionReview",
    ],
    "a POST of /healthz": ["/healthz", { method: "POST" }, 405, "POST is not allowed here: GET it"],
    "another path": [
      "/validate/other.example.com",
      { method: "POST" },
      404,
      "nothing is served at /validate/other.example.com",
    ],
    "the other phase": [
      `/mutate/${WEBHOOK}`,
      { method: "POST" },
      404,
      `nothing is served at /mutate/${WEBHOOK}`,
    ],
    "a path that is no UTF-8": ["/%zz/%", {}, 404, "nothing is served at /%zz/%"],
    "no path": ["*", { method: "OPTIONS" }, 400, "the request's target is no path"],
    "a URL that Node cannot read": ["http://[", {}, 400, "the request's target is no path"],
    "no content type": [
      PATH,
      { method: "POST", body: "{}" },
      415,
      "the content type is not application/json",
    ],
    "another content type": [
      PATH,
      { method: "POST", headers: { "Content-Type": "application/yaml" }, body: "{}" },
      415,
      "the content type is not application/json",
    ],
    "a compressed body": [
      PATH,
      { method: "POST", headers: { ...JSON_TYPE, "Content-Encoding": "gzip" }, body: "{}" },
      415,
      "the body is compressed: send it as it is",
    ],
    "a body too large, as it says": [
      PATH,
      { method: "POST", headers: JSON_TYPE, body: big },
      413,
      "the body is larger than 1999 bytes",
    ],
    "a body too large, in chunks": [
      PATH,
      { method: "POST", headers: JSON_TYPE, body: [big.subarray(0, 1_999), "x"] },
      413,
      "the body is larger than 1999 bytes",
    ],
    "no body": [PATH, { method: "POST", headers: JSON_TYPE }, 400, "the body is empty"],
    "no JSON": [
      PATH,
      { method: "POST", headers: JSON_TYPE, body: "{" },
      400,
      "the body is not JSON",
    ],
    "no duration": [
      `${PATH}?timeout=soon`,
      { method: "POST", headers: JSON_TYPE, body: reviewOf() },
      400,
      'timeout is not a duration such as "10s"',
    ],
  };
  for (const [what, [path, call, status, body]] of Object.entries(refusals)) {
    it(`refuses ${what} with ${status} and one line of text, and answers the next call`, async () => {
      const server = await start([allow], { maxRequestBytes: 1_999 });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const answer = await server.call(path, { ...call, agent });
        expect(answer).to.include({ status, body });
        expect(answer.headers["content-type"]).to.equal("text/plain; charset=utf-8");
        if (status === 405) {
          expect(answer.headers["allow"]).to.equal(path === "/healthz" ? "GET, HEAD" : "POST");
        }
        const next = { method: "POST", headers: JSON_TYPE, body: reviewOf(), agent };
        expect((await server.call(PATH, next)).status).to.equal(200);
      } finally {
        agent.destroy();
      }
      expect(server.log.written()).to.deep.equal([]);
    });
  }

  it("takes a body to the last byte that is allowed, whole or in chunks", async () => {
    const body = reviewOf();
    const server = await start([allow], { maxRequestBytes: Buffer.byteLength(body) });
    for (const sent of [body, [body.slice(0, 100), body.slice(100)]]) {
      const answer = await server.call(PATH, { method: "POST", headers: JSON_TYPE, body: sent });
      expect(answer.status).to.equal(200);
    }
  });

  it("holds no more bytes of reviews at once than it may, and takes more once they are answered", async () => {
    const answering = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const waits = plugin("waits", {
      async validate() {
        arrived.resolve();
        await answering.promise;
      },
    });
    const body = reviewOf();
    const size = Buffer.byteLength(body);
    const server = await start([waits], { maxRequestBytes: size, maxBytesInFlight: 2 * size - 1 });
    const post = (sent: string | string[]) =>
      server.call(PATH, { method: "POST", headers: JSON_TYPE, body: sent });
    const first = post(body);
    await arrived.promise;
    for (const beyond of [body, [body.slice(0, 100), body.slice(100)]]) {
      const answer = await post(beyond);
      expect(answer).to.include({
        status: 503,
        body: "the server is at work on as many bytes of reviews as it may: try again",
      });
      expect(answer.headers["connection"]).to.equal("close");
    }
    answering.resolve();
    expect((await first).status).to.equal(200);
    // Neither what was refused nor what was answered is counted any more.
    for (let count = 0; count < 3; count++) expect((await post(body)).status).to.equal(200);
  });

  it("refuses more than 7 MiB unless told otherwise", async () => {
    const server = await start([allow]);
    const padded = (bytes: number) => reviewOf().padEnd(bytes, " ");
    const limit = 7 * 1024 * 1024;
    const call = (body: string) => server.call(PATH, { method: "POST", headers: JSON_TYPE, body });
    expect((await call(padded(limit))).status).to.equal(200);
    expect((await call(padded(limit + 1))).status).to.equal(413);
  });

  it("takes application/json with parameters, in any case", async () => {
    const server = await start([allow]);
    for (const type of [
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/json ;x",
    ]) {
      const headers = { "Content-Type": type, "Content-Encoding": "identity" };
      const answer = await server.call(PATH, { method: "POST", headers, body: reviewOf() });
      expect(answer.status).to.equal(200);
    }
  });

  it("takes a body that comes byte by byte", async () => {
    const server = await start([allow]);
    const connection = await server.connect();
    const wire = post(PATH, reviewOf(), "Connection: close\r\n");
    const answer = readAll(connection);
    for (let at = 0; at < wire.length; at += 50) {
      connection.write(wire.slice(at, at + 50));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).to.match(/^HTTP\/1\.1 200 OK/);
  });

  it("answers pipelined calls in their order, whichever is judged first", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = plugin("slow", {
      validate: async ({ uid }) => {
        if (uid === "u3") resolve();
        if (uid === "u1") await promise;
      },
    });
    const server = await start([slow]);
    const connection = await server.connect();
    const uids = ["u1", "u2", "u3"];
    const last = (uid: string) => (uid === "u3" ? "Connection: close\r\n" : "");
    connection.write(uids.map((uid) => post(PATH, reviewOf({ uid }), last(uid))).join(""));
    const answers = [...(await readAll(connection)).matchAll(/"uid":"(\w+)"/g)].map(
      ([, uid]) => uid,
    );
    expect(answers).to.deep.equal(uids);
  });

  it("serves probes by GET and HEAD, with a query as well", async () => {
    const server = await start([allow]);
    for (const path of ["/healthz", "/readyz", "/readyz?verbose"]) {
      expect(await server.call(path)).to.include({ status: 200, body: "ok" });
      expect(await server.call(path, { method: "HEAD" })).to.include({ status: 200, body: "" });
    }
  });

  it("answers /readyz with 503 and the plugins that are not ready; /healthz all the same", async () => {
    let isReady = false;
    const one = plugin("one", { validate() {}, ready: () => isReady });
    const hangs = plugin("hangs", { validate() {}, ready: () => isReady || new Promise(() => {}) });
    const server = await start([one, hangs]);
    const body = "not ready: plugin one, plugin hangs";
    expect(await server.call("/readyz")).to.include({ status: 503, body });
    expect((await server.call("/healthz")).status).to.equal(200);
    isReady = true;
    // The one that hangs is not asked again before it answers, which it never does.
    expect((await server.call("/readyz")).body).to.equal("not ready: plugin hangs");
  });

  it("does not mind what is no HTTP, or no TLS", async () => {
    const server = await start([allow]);
    const http = await server.connect();
    http.write("\u0000\u0001 garbage\r\n\r\n");
    expect(await readAll(http)).to.match(/^HTTP\/1\.1 400 /);
    const tls = await server.connectTcp();
    tls.write("GET / HTTP/1.1\r\n\r\n");
    await once(tls.resume(), "close");
    expect((await server.review(PATH, reviewOf())).allowed).to.equal(true);
    expect(server.log.written()).to.deep.equal([]);
  });
});
