import { once } from "node:events";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { plugin, reviewOf } from "../test/reviews.ts";
import {
  type Connection,
  gate,
  type Gate,
  post,
  servers,
  until,
  WEBHOOK,
} from "../test/servers.ts";

const PATH = `/mutate/${WEBHOOK}`;

/** The ways in which a caller goes away. */
const ways: Record<string, (connection: Connection) => void> = {
  "closes its side": (connection) => void connection.end(),
  "closes the connection": (connection) => void connection.destroy(),
  "resets the connection": (connection) => connection.reset(),
};

describe("createRoutes(options): a caller that goes away", () => {
  const start = servers();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  let held: Gate;
  let entered: Gate;
  let left: Gate;
  beforeEach(() => {
    [held, entered, left] = [gate(), gate(), gate()];
    process.prependListener("unhandledRejection", note);
  });
  afterEach(() => {
    process.off("unhandledRejection", note);
    expect(unhandled.splice(0)).to.deep.equal([]);
  });

  const slow = plugin("slow", {
    mutate: async ({ object }, { deny }) => {
      entered.open();
      await held.passed;
      object.metadata.labels["late"] = "1";
      deny("to nobody");
      left.open();
    },
  });

  for (const [how, leave] of Object.entries(ways)) {
    it(`in the middle of its body, and ${how}: nothing is logged, nobody is asked`, async () => {
      const server = await start([slow]);
      const connection = await server.connect();
      const whole = post(PATH, reviewOf());
      connection.write(whole.slice(0, -100));
      // The head has been read when the next answer comes.
      await server.call("/healthz");
      leave(connection);
      await once(connection.resume(), "close");
      await server.call("/healthz");
      expect(server.log.written()).to.deep.equal([]);
      expect(await Promise.race([entered.passed, Promise.resolve("nobody")])).to.equal("nobody");
    });

    it(`in the middle of a slow plugin, and ${how}: it is judged, and no error is logged`, async () => {
      const server = await start([slow]);
      const connection = await server.connect();
      connection.write(post(PATH, reviewOf()));
      await entered.passed;
      leave(connection);
      if (how !== "closes its side") await once(connection.resume(), "close");
      await server.call("/healthz");
      held.open();
      await left.passed;
      await until("it was logged", () => server.log.written().length > 0);
      await server.call("/healthz");
      const lines = server.log.written().map(({ level, message }) => `${level} ${message}`);
      expect(lines).to.deep.equal(["info denied"]);
    });
  }

  it("before it has sent anything, or in the middle of its head", async () => {
    const server = await start([slow]);
    for (const sent of ["", "POST /mutate", post(PATH, "{}").slice(0, 60)]) {
      for (const leave of Object.values(ways)) {
        const connection = await server.connect();
        connection.write(sent);
        await server.call("/healthz");
        leave(connection);
        await once(connection.resume(), "close");
      }
    }
    const tcp = await server.connectTcp();
    tcp.resetAndDestroy();
    await server.call("/healthz");
    expect(server.log.written()).to.deep.equal([]);
  });

  it("while a large answer is on its way", async () => {
    const wordy = plugin("wordy", {
      mutate: ({ object }) => void (object["large"] = "x".repeat(8 * 1024 * 1024)),
    });
    const server = await start([wordy]);
    const connection = await server.connect();
    connection.write(post(PATH, reviewOf()));
    await once(connection, "data");
    connection.pause();
    connection.reset();
    await once(connection, "close");
    await server.call("/healthz");
    expect(server.log.written()).to.deep.equal([]);
  });
});
