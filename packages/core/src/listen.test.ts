import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect } from "chai";
import { describe, it } from "mocha";
import { GatewrightError } from "./errors.ts";
import { listen } from "./listen.ts";

async function refusalOf(address: { port: number; host?: string }): Promise<GatewrightError> {
  const server = createServer();
  try {
    await listen(server, address);
  } catch (error) {
    expect(error).to.be.instanceOf(GatewrightError).with.property("code", "GW_LISTEN");
    return error as GatewrightError;
  } finally {
    server.close();
  }
  throw new Error("it listens");
}

describe("listen(server, { port, host }): Promise<number>", () => {
  it("gives the port that was taken", async () => {
    const server = createServer();
    const port = await listen(server, { port: 0, host: "127.0.0.1" });
    expect(port)
      .to.equal((server.address() as AddressInfo).port)
      .and.be.above(0);
    expect(server.listenerCount("error")).to.equal(0);
    server.close();
    await once(server, "close");
  });

  it("says in one line that the port is taken", async () => {
    const other = createServer();
    const port = await listen(other, { port: 0, host: "127.0.0.1" });
    try {
      expect((await refusalOf({ port, host: "127.0.0.1" })).message).to.equal(
        `cannot listen on 127.0.0.1:${port}: something else listens there already; choose another port`,
      );
    } finally {
      other.close();
    }
  });

  it("says so of an address of another machine", async () => {
    expect((await refusalOf({ port: 0, host: "192.0.2.1" })).message).to.equal(
      "cannot listen on 192.0.2.1:0: this machine does not have that address",
    );
  });

  for (const port of [-1, 65_536, NaN, 1.5, "x" as never]) {
    it(`says so of the port ${String(port)}`, async () => {
      expect((await refusalOf({ port })).message).to.equal(
        `cannot listen on port ${String(port)}: a port is a whole number from 0 to 65535`,
      );
    });
  }
});
