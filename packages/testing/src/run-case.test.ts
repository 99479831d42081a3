import { once } from "node:events";
import { createServer } from "node:net";
import { definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod, pods, wellBehaved } from "../test/pods.ts";
import { onlyFailure } from "../test/run-suite.ts";
import { creates, deletes } from "./reviews.ts";

const sideEffects = "None" as const;

describe("what a case is checked for without being asked", () => {
  it("a second pass over the patched object yields no patch", async () => {
    const numbering = definePlugin({
      name: "numbering",
      mutate: {
        rules: pods,
        sideEffects,
        handle({ object }) {
          const { containers } = object.spec;
          containers?.push({ name: `sidecar-${containers.length}` });
        },
      },
    });
    const failure = await onlyFailure(numbering, {
      patches: [{ request: creates(pod("a")), object: () => {} }],
    });
    expect(failure.message).to.include("a second pass changed the object again");
    expect(failure.actual).to.deep.equal([
      { op: "add", path: "/spec/containers/2", value: { name: "sidecar-2" } },
    ]);
    expect(failure.expected).to.deep.equal([]);
  });

  it("validators cannot write", async () => {
    const writing = definePlugin({
      name: "writing",
      validate: {
        rules: pods,
        sideEffects,
        handle({ object }) {
          (object.spec as { hostPID: boolean }).hostPID = false;
        },
      },
    });
    const failure = await onlyFailure(writing, { allows: [creates(pod("a"))] });
    expect(failure.message).to.include("the plugin faulted").and.include("GW_READ_ONLY");
  });

  it("the plugin's rules cover the request", async () => {
    const failure = await onlyFailure(wellBehaved, {
      allows: [deletes(pod("a"), { user: "bob" })],
    });
    expect(failure.message).to.include("do not cover DELETE pods shop/a by bob");
    expect(failure.message).to.include('mutate CREATE,UPDATE "" v1 pods');
    const status = creates(pod("a"), { subResource: "status" });
    expect((await onlyFailure(wellBehaved, { allows: [status] })).message).to.include(
      "do not cover CREATE pods/status shop/a",
    );
  });

  it("there is something to be asked", async () => {
    const reconciling = definePlugin({
      name: "reconciling",
      reconcile: { resource: "v1/pods", handle() {} },
    });
    const failure = await onlyFailure(reconciling, { allows: [creates(pod("a"))] });
    expect(failure.message).to.include("test it by reconcile(plugin, { cluster })");
  });

  it("a dry run comes out as the request for good does", async () => {
    const careless = definePlugin({
      name: "careless",
      validate: {
        rules: pods,
        sideEffects,
        handle({ dryRun }, { deny }) {
          if (!dryRun) deny("no");
        },
      },
    });
    const failure = await onlyFailure(careless, {
      denies: [{ request: creates(pod("a")), message: "no" }],
    });
    expect(failure.message).to.include("as a dry run it was allowed; dryRun must not change");
    // The same as a dry run of its author's own: there is nothing to compare.
    const own = await onlyFailure(careless, {
      denies: [{ request: creates(pod("a"), { dryRun: true }), message: "no" }],
    });
    expect(own.message).to.include("it was allowed").and.not.include("as a dry run");
  });

  it("a dry run has no effect on what comes after it", async () => {
    const quota = definePlugin({
      name: "quota",
      setup: () => ({ left: 1 }),
      validate: {
        rules: pods,
        sideEffects: "NoneOnDryRun",
        handle(_, { state, deny }) {
          if (state.left-- === 0) deny("nothing is left");
        },
      },
    });
    const failure = await onlyFailure(quota, { allows: [creates(pod("a"))] });
    expect(failure.message).to.include("after the same request as a dry run it was denied");
    expect(failure.message).to.include("a dry run must have no effect");
    expect(failure.message).to.include("nothing is left");
  });

  it("no verb is used after the review", async () => {
    const hasty = (wait: () => Promise<void>) =>
      definePlugin({
        name: "hasty",
        validate: {
          rules: pods,
          sideEffects,
          handle(_, { deny }) {
            wait()
              .then(() => deny("too late"))
              .catch(() => {});
          },
        },
      });
    for (const wait of [
      async () => {},
      () => new Promise<void>((resolve) => setImmediate(resolve)),
      () => new Promise<void>((resolve) => setTimeout(resolve, 100)),
      async () => {
        const server = createServer().listen(0);
        await once(server, "listening");
        server.close();
      },
    ]) {
      const failure = await onlyFailure(hasty(wait), {
        denies: [{ request: creates(pod("a")), message: "too late" }],
      });
      expect(failure.message).to.include("deny() was called after the review had ended");
      expect(failure.message).to.include("also: it was allowed");
    }
  });

  it("nothing is left open", async () => {
    const opened: { close(): void }[] = [];
    const leaking = definePlugin({
      name: "leaking",
      setup() {
        const timer = setInterval(() => {}, 60_000);
        const server = createServer().listen(0);
        opened.push({ close: () => clearInterval(timer) }, server);
        return server;
      },
      validate: { rules: pods, sideEffects, handle() {} },
    });
    const failure = await onlyFailure(leaking, { allows: [creates(pod("a"))] });
    for (const each of opened) each.close();
    expect(failure.message).to.include("left open after close(): ");
    expect(failure.message)
      .to.match(/1 × Timeout/)
      .and.match(/1 × TCPServerWrap/);
  });

  it("close() gives back what setup() took, and does not throw", async () => {
    const closing = (close: (server: ReturnType<typeof createServer>) => void) =>
      definePlugin({
        name: "closing",
        setup: () => createServer().listen(0),
        close,
        mutate: {
          rules: pods,
          sideEffects,
          handle({ object }) {
            object.spec.hostPID = false;
          },
        },
      });
    const suite = { patches: [{ request: creates(pod("a")), object: () => {} }] };
    const failure = await onlyFailure(
      closing((server) => {
        server.close();
        throw new Error("closed badly");
      }),
      suite,
    );
    expect(failure.message).to.include("close() threw: closed badly");
    const good = onlyFailure(
      closing((server) => void server.close()),
      suite,
    );
    await good.then(
      () => expect.fail("it should have passed"),
      (error: Error) => expect(error.message).to.include("expected 1 failure"),
    );
  });

  it("the configuration is left as it was given", async () => {
    const declared = definePlugin({
      name: "declared",
      config: {
        type: "object",
        additionalProperties: false,
        properties: { names: { type: "array", items: { type: "string" }, default: [] } },
      },
      validate: { rules: pods, sideEffects, handle() {} },
    });
    const sorting = Object.assign((config: { names?: readonly string[] } = {}) => {
      (config.names as string[]).sort();
      return declared(config);
    }, declared);
    const failure = await onlyFailure(sorting, {
      allows: [{ request: creates(pod("a")), config: { names: ["b", "a"] } }],
    });
    expect(failure.message).to.include("it wrote to the configuration");
  });
});
