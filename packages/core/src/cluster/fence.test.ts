import { expect } from "chai";
import { describe, it } from "mocha";
import { namespace } from "../../test/scripted-cluster.ts";
import { recordedCluster, refusal } from "../../test/recorded-cluster.ts";
import type { WriteVerb } from "../cluster.ts";
import type { ClusterUse } from "../cluster-access.ts";
import { GatewrightError } from "../errors.ts";
import { createFence } from "./fence.ts";
import { createStore } from "./store.ts";

const all: WriteVerb[] = ["create", "update", "patch", "delete"];
const quota = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "q", namespace: "a" },
} as const;

function open(
  facts: Partial<ClusterUse> = {},
  { verbs = all, current = true }: { verbs?: WriteVerb[]; current?: boolean } = {},
) {
  const connection = recordedCluster();
  const store = createStore();
  store.replace([namespace("a", "1")]);
  const cache = {
    ...store,
    isCurrent: () => current,
    isStale: () => !current,
    isSynced: () => true,
    synced: Promise.resolve(),
    lists: () => 1,
  };
  const access = {
    reads: new Set(["v1/namespaces"]),
    writes: new Map([["v1/resourcequotas", new Set(verbs)]]),
  };
  const behind = {
    connection,
    cacheOf: (resource: string) => (resource === "v1/namespaces" ? cache : undefined),
    username: async (signal: () => AbortSignal) => connection.username({ signal: signal() }),
  };
  const misused: Error[] = [];
  const signal = new AbortController().signal;
  const use: ClusterUse = {
    dryRun: false,
    sideEffects: "NoneOnDryRun",
    expectOpen() {},
    misused: (error) => (misused.push(error), error),
    signal: () => signal,
    deadline: () => Date.now() + 60_000,
    ...facts,
  };
  const cluster = createFence("tenancy", access, behind)(use);
  return { cluster, connection, misused, signal, store };
}

const thrown = (call: () => unknown, code: string, message: string) =>
  expect(call).to.throw(GatewrightError, message).with.property("code", code);

describe("createFence(plugin, access, behind): OpenFence", () => {
  it("answers from the cache: the same object, and no call", async () => {
    const { cluster, connection, store } = open();
    expect(await cluster.get("v1/namespaces", "a")).to.equal(store.get("a"));
    expect(await cluster.list("v1/namespaces")).to.equal(store.list());
    expect(await cluster.list("v1/namespaces", { labelSelector: "team" })).to.deep.equal([]);
    expect(connection.calls).to.deep.equal([]);
  });

  it("gives at once what the cache has, and asks for nothing", () => {
    const { cluster, connection, store } = open();
    connection.objects["b"] = namespace("b", "2");
    expect(cluster.peek("v1/namespaces", "a")).to.equal(store.get("a"));
    for (const name of ["b", "", undefined as unknown as string]) {
      expect(cluster.peek("v1/namespaces", name)).to.equal(undefined);
    }
    const lost = open({}, { current: false });
    expect(lost.cluster.peek("v1/namespaces", "a")).to.equal(undefined);
    expect([...connection.calls, ...lost.connection.calls]).to.deep.equal([]);
  });

  it("says who the server is, in a dry run and without side effects, too", async () => {
    for (const facts of [{ dryRun: true }, { sideEffects: "None" }] as const) {
      const { cluster, connection, signal } = open(facts);
      expect(await cluster.username()).to.equal("gatewright");
      expect(connection.last.signal).to.equal(signal);
    }
  });

  it("does not say so to a plugin that declares nothing of the cluster", () => {
    const nothing = { reads: new Set<string>(), writes: new Map() };
    const misused: Error[] = [];
    const cluster = createFence(
      "idle",
      nothing,
      undefined,
    )({
      dryRun: false,
      sideEffects: "None",
      expectOpen() {},
      misused: (error) => (misused.push(error), error),
      signal: () => new AbortController().signal,
      deadline: () => Date.now(),
    });
    const message = "declares nothing of the cluster, neither reads nor writes";
    thrown(() => cluster.username(), "GW_UNDECLARED_ACCESS", message);
    expect(misused).to.have.length(1);
  });

  it("asks the API server for what the cache does not have", async () => {
    const { cluster, connection, signal } = open();
    connection.objects["b"] = namespace("b", "2");
    const found = await cluster.get("v1/namespaces", "b");
    expect(found?.metadata.name).to.equal("b");
    expect(found?.metadata).to.not.have.property("managedFields");
    expect(Object.isFrozen(found?.metadata)).to.equal(true);
    expect(await cluster.get("v1/namespaces", "c")).to.equal(undefined);
    expect(connection.calls).to.deep.equal(["get v1/namespaces b", "get v1/namespaces c"]);
    expect(connection.last).to.include({ signal, timeoutMs: 5_000 });
  });

  it("asks the API server for everything while the cache is not current", async () => {
    const { cluster, connection } = open({}, { current: false });
    connection.objects["a"] = namespace("a", "9");
    expect((await cluster.get("v1/namespaces", "a"))?.metadata.resourceVersion).to.equal("9");
    const [listed] = await cluster.list("v1/namespaces");
    expect(Object.isFrozen(listed)).to.equal(true);
    expect(connection.calls).to.deep.equal(["get v1/namespaces a", "list v1/namespaces"]);
  });

  it("asks for nothing that can have no such name", async () => {
    const { cluster, connection } = open({}, { current: false });
    for (const name of ["", ".", "..", "a/b", "a%2fb", undefined as unknown as string]) {
      expect(await cluster.get("v1/namespaces", name)).to.equal(undefined);
      const gone = await cluster.delete("v1/resourcequotas", name).catch((error: unknown) => error);
      expect(gone).to.include({ status: 404, reason: "NotFound" });
    }
    expect(await cluster.get("v1/namespaces", "a", { namespace: ".." })).to.equal(undefined);
    expect(await cluster.list("v1/namespaces", { namespace: "../.." })).to.deep.equal([]);
    const named = { ...quota, metadata: { name: "../secrets", namespace: "a" } };
    const made = await cluster.create("v1/resourcequotas", named).catch((error: unknown) => error);
    expect(made).to.include({ status: 422, reason: "Invalid" });
    expect(connection.calls).to.deep.equal([]);
  });

  it("writes as the plugin, and gives what is stored", async () => {
    const { cluster, connection } = open({ deadline: () => Date.now() + 1_000 });
    expect(await cluster.create("v1/resourcequotas", quota)).to.deep.equal(quota);
    expect(connection.last.fieldManager).to.equal("gatewright-tenancy");
    expect(connection.last.timeoutMs).to.be.within(500, 1_000);
    await cluster.update("v1/resourcequotas", quota);
    await cluster.apply("v1/resourcequotas", quota);
    await cluster.delete("v1/resourcequotas", "q", { namespace: "a", uid: "u" });
    expect(connection.last).to.include({ namespace: "a", uid: "u" });
    const metadata = { generateName: "q-", namespace: "a" };
    await cluster.create("v1/resourcequotas", { ...quota, metadata });
    expect(connection.calls.map((call) => call.split(" ")[0])).to.deep.equal([
      ...["create", "update", "apply", "delete", "create"],
    ]);
  });

  it("throws for what was not declared, and says what to declare", () => {
    const { cluster, connection, misused } = open({}, { verbs: ["create"] });
    const code = "GW_UNDECLARED_ACCESS";
    thrown(
      () => cluster.get("v1/secrets", "s"),
      code,
      'plugin "tenancy" may not get v1/secrets: declare it, reads: ["v1/secrets"]',
    );
    thrown(() => cluster.list("v1/resourcequotas"), code, 'reads: ["v1/resourcequotas"]');
    thrown(
      () => cluster.delete("v1/namespaces", "a"),
      code,
      'writes: { "v1/namespaces": ["delete"] }',
    );
    thrown(
      () => cluster.update("v1/resourcequotas", quota),
      code,
      'writes: { "v1/resourcequotas": ["create", "update"] }',
    );
    thrown(
      () => cluster.apply("v1/resourcequotas", quota),
      code,
      'writes: { "v1/resourcequotas": ["create", "patch"] }',
    );
    expect(misused).to.have.length(5);
    expect(connection.calls).to.deep.equal([]);
  });

  it("throws for a write in a dry run, or where no side effects are declared", () => {
    const dry = open({ dryRun: true });
    thrown(
      () => dry.cluster.create("v1/resourcequotas", quota),
      "GW_DRY_RUN_WRITE",
      "in a dry run",
    );
    const none = open({ sideEffects: "None" });
    thrown(
      () => none.cluster.delete("v1/resourcequotas", "q"),
      "GW_UNDECLARED_ACCESS",
      'declare "NoneOnDryRun"',
    );
    expect([...dry.connection.calls, ...none.connection.calls]).to.deep.equal([]);
    expect(dry.misused).to.have.length(1);
  });

  it("throws once the handler has ended", () => {
    const { cluster, connection } = open({
      expectOpen: (verb) => {
        throw new GatewrightError("GW_LATE_VERB", `late ${verb}`);
      },
    });
    thrown(() => cluster.get("v1/namespaces", "a"), "GW_LATE_VERB", "late cluster.get");
    thrown(() => cluster.peek("v1/namespaces", "a"), "GW_LATE_VERB", "late cluster.peek");
    thrown(() => cluster.apply("v1/resourcequotas", quota), "GW_LATE_VERB", "late cluster.apply");
    expect(connection.calls).to.deep.equal([]);
  });

  it("does not end the process when nobody waits for a call that fails", async () => {
    const { cluster, connection } = open();
    connection.failing = refusal();
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    void cluster.create("v1/resourcequotas", quota);
    void cluster.get("v1/namespaces", "b");
    void cluster.delete("v1/resourcequotas", "");
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).to.deep.equal([]);
    const error = await cluster.create("v1/resourcequotas", quota).catch((given: unknown) => given);
    expect(error).to.include({ status: 403, reason: "Forbidden" });
  });

  it("is there for a plugin that declared nothing, and throws", () => {
    const use = { expectOpen() {}, misused: (error: Error) => error } as unknown as ClusterUse;
    const cluster = createFence("idle", { reads: new Set(), writes: new Map() }, undefined)(use);
    thrown(() => cluster.get("v1/pods", "a"), "GW_UNDECLARED_ACCESS", 'reads: ["v1/pods"]');
    thrown(() => cluster.peek("v1/pods", "a"), "GW_UNDECLARED_ACCESS", 'reads: ["v1/pods"]');
    thrown(() => cluster.delete("v1/pods", "a"), "GW_UNDECLARED_ACCESS", "writes: {");
  });
});
