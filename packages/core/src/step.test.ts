import { expect } from "chai";
import { describe, it } from "mocha";
import { type Handler, loaded, observed, plugin, podRequest } from "../test/reviews.ts";
import { gate, until } from "../test/servers.ts";
import { GatewrightError } from "./errors.ts";
import type { LoadedHook } from "./loaded-plugin.ts";
import type { Fault } from "./outcome.ts";
import { viewOf } from "./read-only.ts";
import { runStep, type StepResult, thrown } from "./step.ts";

const LONG = 60_000;

async function run(handle: Handler, timeoutMs = LONG, ownSeconds?: number) {
  const watch = observed();
  const one = plugin("one", { validate: handle });
  const [step] = await loaded([
    ownSeconds === undefined ? one : { plugin: one, timeoutSeconds: ownSeconds },
  ]);
  if (step === undefined) throw new Error("not loaded");
  const request = podRequest();
  const view = viewOf(request, request.object);
  const deadline = performance.now() + timeoutMs;
  const result = runStep(
    step,
    step.validate as LoadedHook,
    request,
    view,
    deadline,
    watch.observer,
  );
  return { result, isImmediate: !(result instanceof Promise), ...watch };
}

async function faultOf(
  handle: Handler,
  timeoutMs?: number,
  own?: number,
): Promise<Fault | undefined> {
  const { result } = await run(handle, timeoutMs, own);
  return (await result).fault;
}

describe("runStep(plugin, hook, request, view, deadline, observer): StepResult | Promise<StepResult>", () => {
  it("answers without a promise where the handler does", async () => {
    const { result, isImmediate, steps } = await run((_request, { deny }) => deny("no"));
    expect(isImmediate).to.equal(true);
    expect((result as StepResult).findings.denials).to.deep.equal([{ message: "no" }]);
    expect((result as StepResult).fault).to.equal(undefined);
    expect(steps).to.deep.equal(["one"]);
  });

  it("waits for a promise, or whatever has then()", async () => {
    for (const handle of [
      async () => {},
      // oxlint-disable-next-line unicorn/no-thenable
      () => ({ then: (resolve: () => void) => setImmediate(resolve) }),
    ]) {
      const { result, isImmediate } = await run(handle);
      expect(isImmediate).to.equal(false);
      expect((await result).fault).to.equal(undefined);
    }
  });

  it("takes any other value for nothing said", async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const values = ["text", 0, { then: 5 }, [], new Map(), () => 1, Symbol("s")];
    for (const value of values) expect(await faultOf(() => value)).to.equal(undefined);
  });

  const error = Object.freeze(new Error("frozen"));
  const throws: Record<string, Handler> = {
    "a throw": () => {
      throw error;
    },
    "a rejection": async () => {
      throw error;
    },
    "a then() that rejects": () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(error),
    }),
    "a then() that throws": () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: () => {
        throw error;
      },
    }),
    "a then that throws when read": () =>
      // oxlint-disable-next-line unicorn/no-thenable
      Object.defineProperty({}, "then", {
        get: () => {
          throw error;
        },
      }),
    "a Proxy that throws when looked at": () =>
      new Proxy(
        {},
        {
          has: () => {
            throw error;
          },
        },
      ),
    "a promise with a constructor of its own": () =>
      Object.defineProperty(Promise.resolve(), "constructor", {
        get: () => {
          throw error;
        },
      }),
  };
  for (const [what, handle] of Object.entries(throws)) {
    it(`makes a fault of ${what}`, async () => {
      expect(await faultOf(handle)).to.deep.equal({
        plugin: "one",
        code: "GW_PLUGIN_FAULT",
        cause: error,
      });
    });
  }

  it("keeps what was denied before the throw", async () => {
    const { result } = await run((_request, { deny }) => {
      deny("no");
      throw error;
    });
    const { findings, fault } = await result;
    expect(findings.denials).to.have.length(1);
    expect(fault?.cause).to.equal(error);
  });

  it("gives up on a handler at its own time, or at the review's, whichever is first", async () => {
    for (const [timeoutMs, own] of [
      [LONG, 0.01],
      [10, 60],
      [10, undefined],
    ] as const) {
      const held = gate();
      let signal: AbortSignal | undefined;
      const { result, late, errors } = await run(
        async (_request, context) => {
          context.deny("before");
          signal = context.signal;
          await held.passed;
          context.deny("after");
        },
        timeoutMs,
        own,
      );
      const { fault, findings } = await result;
      expect(fault?.code).to.equal("GW_PLUGIN_TIMEOUT");
      expect(String(fault?.cause)).to.match(/: plugin "one" overran its (10|9) ms$/);
      expect(signal?.aborted).to.equal(true);
      expect(signal?.reason).to.equal(fault?.cause);
      held.open();
      await until("the verb was used late", () => late.length > 0);
      expect(late).to.deep.equal(["one deny"]);
      expect(findings.denials).to.deep.equal([{ message: "before" }]);
      // It was told of as a verb.
      expect(errors).to.deep.equal([]);
    }
  });

  it("tells of what a handler throws after it was given up on", async () => {
    const { result, errors } = await run(async (_request, { signal }) => {
      await new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
    }, 5);
    expect((await result).fault?.code).to.equal("GW_PLUGIN_TIMEOUT");
    await until("the error was told", () => errors.length === 1);
  });

  it("asks a plugin whose time is over before it began for what it can say at once", async () => {
    const { result } = await run((_request, { deny }) => deny("certain"), -1);
    const { fault, findings } = await result;
    expect(fault).to.equal(undefined);
    expect(findings.denials).to.deep.equal([{ message: "certain" }]);
  });

  it("does not wait for a plugin whose time is over before it began", async () => {
    const { result, steps } = await run(() => new Promise<void>(() => {}), -1);
    const { fault } = await result;
    expect(fault?.code).to.equal("GW_PLUGIN_TIMEOUT");
    expect(String(fault?.cause)).to.include("wanted to wait");
    expect(steps).to.deep.equal(["one"]);
  });

  it("takes a verb that was refused for a fault, whatever becomes of its error", async () => {
    const { result } = await run((_request, { deny }) => {
      try {
        deny("");
      } catch {
        // As a handler does that catches everything.
      }
    }, 1000);
    expect((await result).fault?.code).to.equal("GW_BAD_VERB");
  });

  it("takes a revoked Proxy for what is thrown", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const thrower = () => {
      throw proxy;
    };
    expect((await (await run(thrower, 1000)).result).fault?.code).to.equal("GW_PLUGIN_FAULT");
    const rejecter = () => Promise.reject(proxy);
    expect((await (await run(rejecter, 1000)).result).fault?.code).to.equal("GW_PLUGIN_FAULT");
  });

  it("takes a handler that held the event loop past its time for one that overran", async () => {
    let context: { signal: AbortSignal } | undefined;
    const fault = await faultOf((_request, given) => {
      context = given;
      const end = performance.now() + 20;
      while (performance.now() < end);
    }, 5);
    expect(fault?.code).to.equal("GW_PLUGIN_TIMEOUT");
    expect(context?.signal.aborted).to.equal(true);
  });

  it("waits as long as it is told, also for longer than Node's timers can", async () => {
    for (const timeoutMs of [2 ** 31, 1e15, Infinity]) {
      const fault = await faultOf(
        () => new Promise((resolve) => setTimeout(resolve, 5)),
        timeoutMs,
      );
      expect(fault).to.equal(undefined);
    }
  });
});

describe("thrown(plugin, cause): Fault", () => {
  it("has the code of our own errors where a review can raise them, and of nobody else's", async () => {
    const [step] = await loaded([plugin("one", { validate() {} })]);
    const codeOf = (cause: unknown) => thrown(step as never, cause).code;
    expect(codeOf(new GatewrightError("GW_READ_ONLY", ""))).to.equal("GW_READ_ONLY");
    expect(codeOf(new GatewrightError("GW_LISTEN", ""))).to.equal("GW_PLUGIN_FAULT");
    expect(codeOf(new GatewrightError("GW_PLUGIN_TIMEOUT", ""))).to.equal("GW_PLUGIN_FAULT");
    expect(codeOf(new GatewrightError("made up" as never, ""))).to.equal("GW_PLUGIN_FAULT");
    for (const cause of [null, undefined, "x", { code: "GW_READ_ONLY" }, Object.create(null)]) {
      expect(codeOf(cause)).to.equal("GW_PLUGIN_FAULT");
    }
  });
});
