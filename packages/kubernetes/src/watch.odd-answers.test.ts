import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ClusterError, type WatchEvent } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { collect } from "../test/collect.ts";
import { useOddServers } from "../test/odd-server.ts";

const event = (type: string, name = "web") => ({ type, object: { metadata: { name } } });
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const options = () => ({
  resourceVersion: "1",
  timeoutSeconds: 60,
  signal: new AbortController().signal,
});

describe("a connection's watch(), where the answer is odd", () => {
  const startOddServer = useOddServers();

  /** What a watch gives until it ends, and how it ends. */
  async function outcome(
    respond: (response: ServerResponse) => void,
    limits?: { silenceMs?: number; timeoutMs?: number },
  ): Promise<{ events: WatchEvent[]; error?: unknown }> {
    const odd = await startOddServer((_request, response) => respond(response), limits);
    const events: WatchEvent[] = [];
    try {
      for await (const one of await odd.cluster.watch("v1/pods", options())) events.push(one);
      return { events };
    } catch (error) {
      expect(error).to.be.instanceOf(ClusterError);
      return { events, error };
    }
  }

  it("asks for bookmarks, and for its end", async () => {
    let asked = "";
    const odd = await startOddServer((request, response) => {
      asked = request.url ?? "";
      response.end();
    });
    await collect(await odd.cluster.watch("v1/pods", options()));
    expect(asked).to.equal(
      "/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=60",
    );
  });

  it("gives what came before a line that was cut, and then throws", async () => {
    const { events, error } = await outcome((response) => {
      response.end(line(event("ADDED")) + line(event("DELETED")).slice(0, 20));
    });
    expect(events).to.deep.equal([event("ADDED")]);
    expect(error).to.include({ status: 0, reason: "Unreachable" });
    expect((error as Error).message).to.match(/pods: it ended in the middle of a line$/);
  });

  it("throws where the connection breaks", async () => {
    const { events, error } = await outcome((response) => {
      response.write(line(event("ADDED")), () => response.destroy());
    });
    expect(events).to.deep.equal([event("ADDED")]);
    expect(error).to.include({ status: 0, reason: "Unreachable" });
  });

  it("throws what an ERROR event says", async () => {
    const object = {
      kind: "Status",
      code: 410,
      reason: "Expired",
      message: "too old resource version: 1 (2)",
    };
    const { error } = await outcome((response) => response.end(line({ type: "ERROR", object })));
    expect(error).to.include({ status: 410, reason: "Expired" });
    expect((error as Error).message).to.match(/too old resource version: 1 \(2\)$/);
  });

  it("throws where what comes is no event", async () => {
    for (const odd of ["<html>\n", '{"type":"ADDED"}\n', '{"type":"OTHER","object":{}}\n']) {
      const { error } = await outcome((response) => response.end(odd));
      expect(error).to.include({ reason: "InternalError" });
    }
  });

  it("rejects where the API server refuses, or does not begin to answer", async () => {
    const gone = { kind: "Status", code: 410, reason: "Gone", message: "too old" };
    const refused = await outcome((response) => {
      response.writeHead(410).end(JSON.stringify(gone));
    });
    expect(refused.error).to.include({ status: 410, reason: "Gone" });
    const silent = await outcome(() => {}, { timeoutMs: 50 });
    expect(silent.error).to.include({ status: 0, reason: "Timeout" });
  });

  it("ends where nothing comes for too long, and not before", async () => {
    const begun = performance.now();
    const { events, error } = await outcome(
      (response) => {
        response.write(line(event("ADDED")));
      },
      { silenceMs: 100 },
    );
    expect(events).to.deep.equal([event("ADDED")]);
    expect(error).to.equal(undefined);
    expect(performance.now() - begun).to.be.at.least(100);
  });

  it("does not take for silence the time that an event is worked on", async () => {
    const worked = Promise.withResolvers<void>();
    const respond = async (response: ServerResponse) => {
      response.write(line(event("ADDED", "one")));
      await worked.promise;
      response.end(line(event("ADDED", "two")));
    };
    const odd = await startOddServer((_request, response) => void respond(response), {
      silenceMs: 50,
    });
    const names: unknown[] = [];
    for await (const { object } of await odd.cluster.watch("v1/pods", options())) {
      names.push(object.metadata?.name);
      if (names.length === 1) await delay(100);
      worked.resolve();
    }
    expect(names).to.deep.equal(["one", "two"]);
  });

  it("ends by its signal: before it begins, while it waits, and between two events", async () => {
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<ServerResponse>()] as const;
    let calls = 0;
    const odd = await startOddServer((_request, response) => {
      if (calls++ === 0) asked[0].resolve();
      else asked[1].resolve(response);
    });
    const reason = new Error("enough");
    const caught = async (promise: Promise<unknown>) =>
      promise.then(
        () => "none",
        (error) => error,
      );

    const early = new AbortController();
    const beginning = caught(odd.cluster.watch("v1/pods", { ...options(), signal: early.signal }));
    await asked[0].promise;
    early.abort(reason);
    expect(await beginning).to.equal(reason);

    const late = new AbortController();
    const watching = odd.cluster.watch("v1/pods", { ...options(), signal: late.signal });
    (await asked[1].promise).write(line(event("ADDED")));
    const events = (await watching)[Symbol.asyncIterator]();
    expect((await events.next()).value).to.deep.equal(event("ADDED"));
    late.abort(reason);
    expect(await caught(events.next())).to.equal(reason);
    expect((await events.next()).done).to.equal(true);
  });
});
