import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { createDialledSockets } from "./dialled-sockets.ts";

describe("createDialledSockets()", () => {
  let server: Server;
  let port: number;
  const accepted = new Set<Socket>();
  before(async () => {
    server = createServer((socket) => {
      accepted.add(socket);
      socket.on("error", () => {});
      socket.write("hello");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  after(async () => {
    for (const socket of accepted) socket.destroy();
    server.close();
    await once(server, "close");
  });
  const dial = () => connect(port, "127.0.0.1");

  it("keeps what a call dials, also later, and nobody else's", async () => {
    const one = createDialledSockets();
    const other = createDialledSockets();
    const stranger = dial();
    const own = one.run(dial);
    const later = await one.run(async () => {
      await once(own, "data");
      return dial();
    });
    await once(later, "data");
    expect([one.open(), other.open()]).to.deep.equal([2, 0]);
    expect(one.received()).to.equal(10);
    later.destroy();
    await once(later, "close");
    expect(one.open()).to.equal(1);
    expect(one.received(), "what is closed has still received").to.equal(10);
    await one.close();
    expect([own.destroyed, stranger.destroyed]).to.deep.equal([true, false]);
    stranger.destroy();
    await other.close();
  });

  it("ends what is open, and goes on", async () => {
    const sockets = createDialledSockets();
    const connecting = sockets.run(dial);
    await sockets.end();
    expect(connecting.closed).to.equal(true);
    await once(sockets.run(dial), "data");
    expect(sockets.open()).to.equal(1);
    await sockets.close();
    expect(sockets.open()).to.equal(0);
  });

  it("ends what is dialled on the way while it is being closed", async () => {
    const sockets = createDialledSockets();
    const late = sockets.run(async () => {
      await Promise.resolve();
      return dial();
    });
    await sockets.close();
    const socket = await late;
    if (!socket.closed) await once(socket, "close");
    expect(socket.bytesRead).to.equal(0);
  });

  it("lets nothing be dialled any more when it is closed", async () => {
    const sockets = createDialledSockets();
    const open = createDialledSockets();
    await sockets.close();
    await sockets.close();
    const late = sockets.run(dial);
    await once(late, "close");
    expect(late.bytesRead).to.equal(0);
    await once(open.run(dial), "data");
    expect(open.open(), "another's are kept").to.equal(1);
    await open.close();
  });
});
