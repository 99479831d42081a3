import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { expect } from "chai";
import { describe, it } from "mocha";
import { recordingLogger } from "../test/lines.ts";
import { plugin, reviewOf } from "../test/reviews.ts";
import { certificateFolder, gate, getPlain, servers, until, WEBHOOK } from "../test/servers.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { createServer } from "./server.ts";
import type { ServerOptions } from "./server-options.ts";

const PATH = `/validate/${WEBHOOK}`;
const allow = plugin("allow", { validate() {} });

async function refusalOf(options: Partial<ServerOptions>): Promise<Error & { code?: string }> {
  const given = {
    webhooks: { [WEBHOOK]: { plugins: [allow] } },
    port: 0,
    host: "127.0.0.1",
    log: "silent" as const,
    ...options,
  };
  try {
    const server = await createServer(given);
    await Promise.all([server.close(), server.close()]);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it started");
}

/** What keeps this process alive, listeners above all. Timers are mocha's own, and ours. */
const resources = () =>
  process.getActiveResourcesInfo().filter((type) => !["Immediate", "Timeout"].includes(type));

describe("createServer(options): Promise<Server>", () => {
  const start = servers();

  it("says where it is, what it serves, and whom to trust", async () => {
    const both = plugin("both", { mutate() {}, validate() {} });
    const { server } = await start([both], { host: "127.0.0.1" });
    expect(server.url).to.equal(`https://127.0.0.1:${server.port}`);
    expect(server.metricsPort).to.be.a("number").and.not.equal(server.port);
    expect(server.endpoints.map(({ path }) => path)).to.deep.equal([`/mutate/${WEBHOOK}`, PATH]);
    expect(await readFile(server.caFile as string, "utf8")).to.match(/^-----BEGIN CERTIFICATE/);
  });

  it("shows an address that can be called", async () => {
    const shown = async (host: string | undefined) =>
      (await start([allow], { host } as never)).server.url;
    expect(await shown("0.0.0.0")).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await shown("::")).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await shown("::1")).to.match(/^https:\/\/\[::1\]:\d+$/);
    expect(await shown("localhost")).to.match(/^https:\/\/localhost:\d+$/);
  });

  it("wraps reviews for tracing", async () => {
    const seen: string[] = [];
    const server = await start([allow], {
      aroundReview: async ({ endpoint, request }, next) => {
        seen.push(`${endpoint.phase} ${request.uid}`);
        return next();
      },
    });
    await server.review(PATH, reviewOf({ uid: "u1" }));
    expect(seen).to.deep.equal(["validate u1"]);
  });

  it("answers 500 and logs it where the tracing throws", async () => {
    const around = () => Promise.reject(new Error("no tracer"));
    const server = await start([allow], { aroundReview: around });
    const headers = { "Content-Type": "application/json" };
    const answer = await server.call(PATH, { method: "POST", headers, body: reviewOf() });
    expect(answer).to.include({ status: 500, body: "internal error" });
    expect(server.log.written().map(({ message }) => message)).to.deep.equal(["internal error"]);
  });

  it("keeps idle connections for longer than kube-apiserver does", async () => {
    const server = await start([allow]);
    const answer = await server.call("/healthz", { headers: { Connection: "keep-alive" } });
    expect(answer.headers["keep-alive"]).to.equal("timeout=100");
  });

  it("speaks HTTP/1.1, by TLS 1.2 at least", async () => {
    const server = await start([allow]);
    const connection = await server.connect();
    expect(connection.getProtocol()).to.match(/^TLSv1\.[23]$/);
    connection.destroy();
  });

  it("refuses a wrong configuration before anything is started", async () => {
    const untouched = plugin("untouched", {
      validate() {},
      setup: () => expect.fail("was set up"),
    });
    const webhooks = { [WEBHOOK]: { plugins: [untouched] } };
    const wrong: Record<string, [options: object, pointers: string[]]> = {
      "a webhook's name": [{ webhooks: { short: webhooks[WEBHOOK] } }, ["/webhooks/short"]],
      "no webhooks": [{ webhooks: undefined }, ["/webhooks"]],
      "an unknown key, and a bad number": [{ webhooks, prot: 1, port: 1.5 }, ["/prot", "/port"]],
    };
    for (const [what, [options, pointers]] of Object.entries(wrong)) {
      const error = await refusalOf(options);
      expect(error, what).to.be.instanceOf(ConfigurationError);
      expect((error as ConfigurationError).issues.map(({ pointer }) => pointer)).to.deep.equal(
        pointers,
      );
    }
  });

  it("closes what it had opened where a port is taken, and leaves nothing open", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const tls = { developmentFolder: await certificateFolder() };
    const before = resources();
    for (const taken of [{ port }, { metrics: { port, host: "127.0.0.1" } }]) {
      const life: string[] = [];
      const one = plugin("one", {
        validate() {},
        setup: () => life.push("set up"),
        close: () => life.push("closed"),
      });
      const error = await refusalOf({ tls, webhooks: { [WEBHOOK]: { plugins: [one] } }, ...taken });
      expect(error.code).to.equal("GW_LISTEN");
      expect(life).to.deep.equal(["set up", "closed"]);
      await until("all of it is closed", () => resources().length <= before.length);
      expect(resources()).to.have.members(before);
    }
    other.close();
  });

  it("closes plugins where the certificate cannot be had", async () => {
    const life: string[] = [];
    const one = plugin("one", { validate() {}, close: () => life.push("closed") });
    const error = await refusalOf({
      webhooks: { [WEBHOOK]: { plugins: [one] } },
      tls: { certFile: "/no/such/tls.crt", keyFile: "/no/such/tls.key" },
    });
    expect(error.code).to.equal("GW_CERTIFICATE");
    expect(life).to.deep.equal(["closed"]);
  });

  it("leaves nothing open when it was closed", async () => {
    const before = resources();
    const server = await start([allow]);
    await server.review(PATH, reviewOf());
    await getPlain(`http://127.0.0.1:${server.server.metricsPort}/metrics`);
    await server.server.close();
    await until("all of it is closed", () => resources().length <= before.length);
    expect(resources()).to.have.members(before);
  });

  it("closes everything else where a plugin cannot be closed", async () => {
    const life: string[] = [];
    const close = (name: string) => () => void life.push(name);
    const log = recordingLogger();
    const { server } = await start(
      [
        plugin("first", { validate() {}, close: close("first") }),
        plugin("bad", { validate() {}, close: () => Promise.reject(new Error("stuck")) }),
        plugin("last", { validate() {}, close: close("last") }),
      ],
      { log },
    );
    await server.close();
    expect(life).to.deep.equal(["last", "first"]);
    expect(log.written().map(({ message }) => message)).to.deep.equal(["close() threw"]);
  });

  it("does not let one plugin's fault end the others' reviews", async () => {
    const held = gate();
    const slow = plugin("slow", { validate: () => held.passed });
    const broken = plugin("broken", {
      validate: () => {
        throw new Error("broken");
      },
    });
    const server = await start({
      [WEBHOOK]: { plugins: [slow] },
      "other.example.com": { plugins: [broken] },
    });
    const review = server.review(PATH, reviewOf());
    const other = server.review("/validate/other.example.com", reviewOf());
    expect(await other.catch((error: Error) => error.message)).to.match(/^500 plugin "broken"/);
    held.open();
    expect((await review).allowed).to.equal(true);
  });
});
