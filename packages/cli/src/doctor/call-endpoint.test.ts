import { once } from "node:events";
import { createServer as createPlainServer } from "node:net";
import { createServer } from "node:tls";
import { X509Certificate } from "node:crypto";
import type { AddressInfo, Server } from "node:net";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { issue } from "../../test/doctor/certificates.ts";
import { certificatesIn } from "./ca-bundle.ts";
import { callEndpoint } from "./call-endpoint.ts";

describe("callEndpoint(address, port, host)", () => {
  const open: Server[] = [];
  const listening = async (server: Server): Promise<number> => {
    open.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => once(server.close(), "close")));
  });

  it("gives the chain that is served for a name", async () => {
    const { ca, leaf, leafKey } = await issue();
    let asked: string | undefined;
    const key = leafKey.export({ type: "pkcs8", format: "pem" });
    const server = createServer({
      cert: leaf + ca,
      key,
      SNICallback: (name, done) => {
        asked = name;
        done(null);
      },
    });
    const shown = await callEndpoint(
      "127.0.0.1",
      await listening(server),
      "webhook.webhook-system.svc",
    );
    const [first, second] = certificatesIn(shown?.chain ?? "");
    expect(first?.fingerprint256).to.equal(new X509Certificate(leaf).fingerprint256);
    expect(second?.fingerprint256).to.equal(new X509Certificate(ca).fingerprint256);
    expect(asked).to.equal("webhook.webhook-system.svc");
  });

  it("tells who does not speak TLS from who is not there", async () => {
    const plain = createPlainServer((socket) => {
      socket.on("error", () => {}).resume();
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    const port = await listening(plain);
    expect((await callEndpoint("127.0.0.1", port, "127.0.0.1"))?.error).to.match(/SSL|EPROTO/);
    const gone = createPlainServer();
    const free = await listening(gone);
    await once(gone.close(), "close");
    open.length = 1;
    expect(await callEndpoint("127.0.0.1", free, "a.b.svc")).to.deep.equal({ refused: true });
    expect(await callEndpoint("nowhere.invalid", 443, "a.b.svc")).to.equal(undefined);
  });
});
