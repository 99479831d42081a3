import type { ServerResponse } from "node:http";
import { ClusterError } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useOddServers } from "../test/odd-server.ts";

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "team-a" } };
const path = "/api/v1/namespaces/team-a/pods/web";
const inTeamA = { namespace: "team-a" };

function send(response: ServerResponse, code: number, body: unknown, headers = {}): void {
  response.writeHead(code, headers);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not reject");
}

describe("a connection's calls, where the answer is odd", () => {
  const startOddServer = useOddServers();

  it("go to the path of the server, and on from there", async () => {
    const asked: string[] = [];
    const prefix = "/k8s/clusters/c-1";
    const odd = await startOddServer(
      (request, response) => {
        asked.push(request.url ?? "");
        send(response, 200, { ...pod, metadata: {} });
      },
      { prefix },
    );
    await odd.cluster.get("v1/pods", "web", inTeamA);
    await odd.cluster.delete("v1/pods", "web", inTeamA);
    expect(asked).to.deep.equal([prefix + path, prefix + path]);
  });

  it("end when their time is up, also in the middle of a body", async () => {
    const odd = await startOddServer((_request, response) => response.write('{"kind":'));
    const error = await rejection(odd.cluster.get("v1/pods", "web", { ...inTeamA, timeoutMs: 50 }));
    expect(error).to.be.instanceOf(ClusterError);
    expect(error).to.include({ status: 0, reason: "Timeout" });
    expect((error as Error).message).to.equal(
      `GET ${odd.url}${path}: not answered in full within 0.05 s`,
    );
  });

  it("end with the signal's reason when the caller has enough", async () => {
    const asked = Promise.withResolvers<void>();
    const odd = await startOddServer(() => asked.resolve());
    const caller = new AbortController();
    const call = odd.cluster.list("v1/pods", { signal: caller.signal });
    const rejected = rejection(call);
    await asked.promise;
    const reason = new Error("the review is over");
    caller.abort(reason);
    expect(await rejected).to.equal(reason);
    expect(await rejection(odd.cluster.list("v1/pods", { signal: caller.signal }))).to.equal(
      reason,
    );
  });

  it("end when the connection is closed, and none begins after that", async () => {
    const asked = Promise.withResolvers<void>();
    const odd = await startOddServer(() => asked.resolve());
    const rejected = rejection(odd.cluster.list("v1/pods"));
    await asked.promise;
    await Promise.all([odd.cluster.close(), odd.cluster.close()]);
    for (const error of [await rejected, await rejection(odd.cluster.list("v1/pods"))]) {
      expect(error).to.include({ status: 0, reason: "Unreachable" });
      expect((error as Error).message).to.match(/pods: the connection to the cluster is closed$/);
    }
  });

  it("are made again when the API server says when: 429 for all, 5xx for reads", async () => {
    const asked: string[] = [];
    const odd = await startOddServer((request, response) => {
      const first = asked.push(`${request.method}`) === 1;
      send(response, first ? 429 : 200, pod, { "retry-after": "0" });
    });
    await odd.cluster.create("v1/pods", pod, { fieldManager: "test" });
    expect(asked).to.deep.equal(["POST", "POST"]);

    const weak = await startOddServer((request, response) => {
      const first = asked.push(`${request.method}`) === 3;
      send(response, first ? 503 : 200, first ? "" : pod, { "retry-after": "0" });
    });
    expect(await weak.cluster.get("v1/pods", "web", inTeamA)).to.deep.equal(pod);
    expect(asked.splice(0)).to.deep.equal(["POST", "POST", "GET", "GET"]);
  });

  it("are not made again where that would be too late, or where something may have been done", async () => {
    let asked = 0;
    const odd = await startOddServer((request, response) => {
      asked += 1;
      send(response, request.method === "GET" ? 429 : 503, "", { "retry-after": "6" });
    });
    const late = await rejection(odd.cluster.get("v1/pods", "web", inTeamA));
    expect(late).to.include({ status: 429, reason: "TooManyRequests", retryAfterSeconds: 6 });
    const options = { fieldManager: "test", timeoutMs: 60_000 };
    const unsure = await rejection(odd.cluster.create("v1/pods", pod, options));
    expect(unsure).to.include({ status: 503, reason: "ServiceUnavailable" });
    expect(asked).to.equal(2);
  });

  it("are sent again where a kept connection was given up, but only those that read", async () => {
    let asked = 0;
    const odd = await startOddServer((request, response) => {
      asked += 1;
      if (asked % 2 === 1) request.socket.destroy();
      else send(response, 200, pod);
    });
    expect(await odd.cluster.get("v1/pods", "web", inTeamA)).to.deep.equal(pod);
    expect(asked).to.equal(2);
    const error = await rejection(odd.cluster.create("v1/pods", pod, { fieldManager: "test" }));
    expect(error).to.include({ status: 0, reason: "Unreachable" });
    expect((error as Error).message).to.equal(
      `POST ${odd.url}/api/v1/namespaces/team-a/pods: other side closed`,
    );
    expect(asked).to.equal(3);
  });

  it("do not say who the server is where the answer does not", async () => {
    const answers = [{}, { status: {} }, { status: { userInfo: { username: "" } } }];
    const bodies: string[] = [];
    for (const answer of answers) {
      const odd = await startOddServer((request, response) => {
        bodies.push(`${request.method} ${request.url}`);
        send(response, 200, answer);
      });
      const error = await rejection(odd.cluster.username());
      expect(error).to.include({ status: 200, reason: "InternalError" });
      expect((error as Error).message).to.match(/selfsubjectreviews: the answer has no username$/);
    }
    expect(new Set(bodies)).to.have.keys("POST /apis/authentication.k8s.io/v1/selfsubjectreviews");
  });

  it("say what came, where it is no API server that answers", async () => {
    const answers: [code: number, body: string, reason: string, said: RegExp][] = [
      [502, "<html>\n<body>Bad gateway", "BadGateway", /: 502 BadGateway: <html>$/],
      [200, "<html>welcome", "InternalError", /: 200, but the answer is no JSON: is this an API/],
      [404, "404 page not found\n", "NotFound", /: 404 NotFound: 404 page not found$/],
      [418, "", "I'maTeapot", /: 418 I'maTeapot$/],
    ];
    for (const [code, body, reason, said] of answers) {
      const odd = await startOddServer((_request, response) => send(response, code, body));
      const error = await rejection(odd.cluster.get("v1/pods", "web", inTeamA));
      expect(error).to.include({ status: code, reason });
      expect((error as Error).message).to.match(said);
    }
  });

  it("tell an object that is not there from a resource that is not", async () => {
    const status = { kind: "Status", status: "Failure", reason: "NotFound", code: 404 };
    const odd = await startOddServer((request, response) => {
      const details = request.url?.includes("configmaps") ? { name: "web" } : {};
      send(response, 404, { ...status, message: "not found", details });
    });
    expect(await odd.cluster.get("v1/configmaps", "web", inTeamA)).to.equal(undefined);
    const error = await rejection(odd.cluster.get("v1/pods", "web", inTeamA));
    expect(error).to.include({ status: 404, reason: "NotFound" });
  });
});

describe("a connection's list(), by pages", () => {
  const startOddServer = useOddServers();

  it("starts anew, in one page, where the API server forgot the moment of the first", async () => {
    const asked: string[] = [];
    const odd = await startOddServer((request, response) => {
      asked.push(new URL(request.url ?? "", "http://odd").search);
      const list = (names: string[], metadata: object) => ({
        kind: "PodList",
        apiVersion: "v1",
        metadata,
        items: names.map((name) => ({ metadata: { name } })),
      });
      if (asked.length === 1) {
        send(response, 200, list(["a", "b"], { resourceVersion: "1", continue: "c" }));
      } else if (asked.length === 2) {
        send(response, 410, { kind: "Status", code: 410, reason: "Expired" });
      } else {
        send(response, 200, list(["b", "c"], { resourceVersion: "2" }));
      }
    });
    const { items, resourceVersion } = await odd.cluster.list("v1/pods", { labelSelector: "a=b" });
    const object = { apiVersion: "v1", kind: "Pod" };
    expect(items).to.deep.equal([
      { ...object, metadata: { name: "b" } },
      { ...object, metadata: { name: "c" } },
    ]);
    expect(resourceVersion).to.equal("2");
    expect(asked).to.deep.equal([
      "?labelSelector=a%3Db&limit=500",
      "?labelSelector=a%3Db&limit=500&continue=c",
      "?labelSelector=a%3Db",
    ]);
  });
});
