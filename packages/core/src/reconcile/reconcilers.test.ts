import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { settled } from "../../test/fake-clock.ts";
import {
  asTest,
  configMap,
  namespace,
  noting,
  reconciling,
  SECOND,
} from "../../test/reconciling.ts";
import type { DeepReadonly, KubernetesObject } from "../rule-types.ts";

describe("startReconcilers(options): Reconcilers", () => {
  it("begins with everything that there is, and goes on with what changes", async () => {
    const { handle, since } = noting();
    const { connection, close } = await reconciling({ handle });
    expect(since()).to.have.members(["default", "shop"]);
    await connection.create("v1/namespaces", namespace("ice"), asTest);
    await settled();
    await connection.update("v1/namespaces", namespace("shop", { team: "a" }), asTest);
    await settled();
    await connection.delete("v1/namespaces", "ice");
    await settled();
    expect(since().filter((one) => one !== "ice")).to.deep.equal(["shop", "ice is gone"]);
    await close();
  });

  it("gives the object as the cache has it, frozen, and with it what a handler works with", async () => {
    const given: unknown[] = [];
    const { connection, close } = await reconciling({
      async handle(request, context) {
        if (request.name !== "shop") return;
        given.push(request.object === (await context.cluster.get("v1/namespaces", "shop")));
        given.push(Object.isFrozen(request.object), context.config, context.state);
        given.push(await context.cluster.username(), context.signal.aborted);
        await context.cluster.create("v1/configmaps", configMap("shop", "made"));
      },
    });
    expect(given).to.deep.equal([true, true, undefined, undefined, "gatewright", false]);
    expect(await connection.get("v1/configmaps", "made", { namespace: "shop" })).to.not.equal(
      undefined,
    );
    await close();
  });

  it("hears of what it watches: of all that it concerned, and of all that it concerns", async () => {
    const { handle, since } = noting();
    const watches = {
      "v1/configmaps": ({ metadata }: DeepReadonly<KubernetesObject>) =>
        metadata?.name === "broken"
          ? { name: undefined }
          : [{ name: metadata?.labels?.["team"] }, { name: metadata?.labels?.["team"] }],
    };
    const objects = [namespace("shop"), configMap("shop", "a", "gone")];
    const connection = createFakeCluster({ objects });
    const { close } = await reconciling({ handle, watches }, { connection });
    expect(since()).to.have.members(["default", "shop", "gone is gone"]);
    await connection.create("v1/configmaps", configMap("shop", "broken"), asTest);
    await connection.update("v1/configmaps", configMap("shop", "a", "shop"), asTest);
    await settled();
    expect(since()).to.have.members(["gone is gone", "shop"]);
    await connection.delete("v1/configmaps", "a", { namespace: "shop" });
    await settled();
    expect(since()).to.deep.equal(["shop"]);
    await close();
  });

  it("goes on where a watch's function throws, and says so", async () => {
    const { handle, since } = noting();
    const watches = {
      "v1/configmaps": () => {
        throw new Error("no labels");
      },
    };
    const { connection, log, close } = await reconciling({ handle, watches });
    since();
    for (const name of ["a", "b"]) {
      await connection.create("v1/configmaps", configMap("shop", name), asTest);
    }
    await connection.update("v1/namespaces", namespace("shop", { team: "a" }), asTest);
    await settled();
    expect(since()).to.deep.equal(["shop"]);
    const errors = log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'reconcile.watches of plugin "quota" threw',
    ]);
    await close();
  });

  it("tries again what failed, ever later, and what is to be seen again", async () => {
    let failing = true;
    const calls: string[] = [];
    const { connection, clock, log, metric, close } = await reconciling({
      handle({ name }) {
        calls.push(name);
        if (name === "default") return { requeueAfterSeconds: 600 };
        if (failing) throw new Error("not now");
        return undefined;
      },
    });
    await clock.advance(10 * SECOND);
    // 5 ms, twice as long each time: ten in ten seconds, after the first.
    expect(calls.filter((name) => name === "shop")).to.have.length(11);
    expect(metric("total")).to.deep.equal([0, 1, 11]);
    const warnings = log.written().filter(({ level }) => level === "warn");
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include({
      plugin: "quota",
      object: "shop",
      message: "reconcile threw; it is tried again",
    });
    failing = false;
    await clock.advance(20 * SECOND);
    expect(metric("total")).to.deep.equal([1, 1, 11]);
    await clock.advance(580 * SECOND);
    expect(metric("total")).to.deep.equal([1, 2, 11]);
    // It begins anew.
    failing = true;
    await connection.update("v1/namespaces", namespace("shop", { team: "a" }), asTest);
    await clock.advance(SECOND);
    expect(metric("total")).to.deep.equal([1, 2, 19]);
    expect(log.written().filter(({ level }) => level === "warn")).to.have.length(2);
    await close();
  });

  it("counts what it does", async () => {
    const release = Promise.withResolvers<void>();
    const { clock, metric, close } = await reconciling({ handle: () => release.promise });
    expect(metric("leader")).to.deep.equal([1]);
    expect(metric("active")).to.deep.equal([1]);
    expect(metric("queue_depth")).to.deep.equal([1]);
    await clock.advance(5 * SECOND);
    release.resolve();
    await settled();
    expect(metric("active")).to.deep.equal([0]);
    expect(metric("queue_depth")).to.deep.equal([0]);
    expect(metric("total")).to.deep.equal([2, 0, 0]);
    expect(metric("seconds_total")).to.deep.equal([5]);
    await close();
    expect(metric("leader")).to.deep.equal([0]);
  });

  it("says that a handler has been running for a minute, and ends none for that", async () => {
    const release = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    const { clock, log, close } = await reconciling({
      handle: async (_request, { signal }) => (signals.push(signal), release.promise),
    });
    await clock.advance(59 * SECOND);
    expect(log.written().some(({ level }) => level === "warn")).to.equal(false);
    await clock.advance(2 * SECOND);
    const [line] = log.written().filter(({ level }) => level === "warn");
    expect(line?.message).to.equal("reconcile has been running for a minute");
    expect(signals[0]?.aborted).to.equal(false);
    release.resolve();
    await close();
  });
});
