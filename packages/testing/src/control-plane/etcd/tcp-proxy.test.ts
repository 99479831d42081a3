import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** Resolves to the next bytes, or to what ended the connection. */
async function next(socket: Socket): Promise<string> {
  if (socket.destroyed) return "closed";
  const over = new AbortController();
  const { signal } = over;
  try {
    return await Promise.race([
      once(socket, "data", { signal }).then(([chunk]) => String(chunk)),
      once(socket, "end", { signal }).then(() => "end"),
      once(socket, "close", { signal }).then(() => "closed"),
    ]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    over.abort();
  }
}

describe("startTcpProxy(target)", () => {
  let server: Server;
  let proxy: TcpProxy;
  const sockets: Socket[] = [];
  /** What the server has heard, over all connections. */
  let heard: string;

  beforeEach(async () => {
    heard = "";
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        heard += String(chunk);
        socket.write(`<${String(chunk)}>`);
      });
      socket.on("end", () => socket.end("bye"));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await startTcpProxy((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    if (server.listening) await once(server.close(), "close");
  });

  async function open(): Promise<Socket> {
    const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    sockets.push(socket);
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  it("forwards bytes and the end of each direction", async () => {
    const socket = await open();
    socket.write("a");
    expect(await next(socket)).to.equal("<a>");
    socket.end();
    expect(await next(socket)).to.equal("bye");
    expect(await next(socket)).to.equal("end");
  });

  it("lets nothing pass in a black hole, and everything in order after it", async () => {
    const socket = await open();
    socket.write("a");
    await next(socket);
    await proxy.blackHole();
    const later = await open();
    socket.write("b");
    later.write("c");
    // The server is there for others all the while.
    const direct = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
    sockets.push(direct);
    direct.write("d");
    expect(await next(direct)).to.equal("<d>");
    expect(heard).to.equal("ad");
    socket.end("e");
    let rest = "";
    socket.on("data", (chunk) => (rest += String(chunk)));
    const [answer] = await Promise.all([next(later), once(socket, "end"), proxy.forward()]);
    expect(answer).to.equal("<c>");
    expect(rest).to.match(/^<b>?<?e>bye$/);
  });

  it("is late with answers", async () => {
    await proxy.delay(80);
    const socket = await open();
    const start = performance.now();
    socket.write("a");
    expect(await next(socket)).to.equal("<a>");
    expect(performance.now() - start).to.be.at.least(79);
    socket.write("b");
    expect(await next(socket)).to.equal("<b>");
  });

  it("refuses connections, and takes them again at the same port", async () => {
    const socket = await open();
    const gone = next(socket);
    await proxy.refuse();
    expect(await gone).to.match(/ECONNRESET|closed/);
    const refused = await open().then(
      () => "open",
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(refused).to.equal("ECONNREFUSED");
    await proxy.forward();
    const again = await open();
    again.write("a");
    expect(await next(again)).to.equal("<a>");
  });

  it("resets a connection behind which nobody listens", async () => {
    await once(server.close(), "close");
    const socket = await open();
    expect(await next(socket)).to.match(/ECONNRESET|closed/);
  });

  it("does nothing any more when it is closed", async () => {
    await proxy.close();
    await proxy.close();
    const error = await proxy.forward().then(
      () => "open",
      (reason: Error) => reason.message,
    );
    expect(error).to.match(/^the proxy on port \d+ is closed$/);
  });
});
