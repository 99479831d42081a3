import { expect } from "chai";
import { describe, it } from "mocha";
import { registerServer } from "./register-server.ts";

describe("registerServer(plane, server, options)", () => {
  it("asks for the CA of a server with a certificate of its own, before it calls the API server", async () => {
    const plane = { request: () => expect.fail("it called the API server") };
    const server = { url: "https://127.0.0.1:1", port: 1, caFile: undefined, endpoints: [] };
    const error = await registerServer(plane, server).then(
      () => expect.fail("it registered"),
      (reason: Error) => reason,
    );
    expect(error.message).to.equal(
      "the server has a certificate of its own: pass the CA that signed it as caBundle",
    );
  });
});
