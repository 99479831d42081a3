import { expect } from "chai";
import { describe, it } from "mocha";
import { podRequest } from "../test/reviews.ts";
import { recordingLogger } from "../test/lines.ts";
import { StepContext } from "./context.ts";
import { GatewrightError } from "./errors.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";

const hook: LoadedHook = { rules: [], sideEffects: "None", handle() {} };

function open() {
  const log = recordingLogger();
  const late: string[] = [];
  const config = Object.freeze({ a: 1 });
  const plugin = { name: "one", config, state: { s: 1 }, log } as unknown as LoadedPlugin;
  const watch = {
    lateVerb: (of: LoadedPlugin, verb: string, { uid }: { uid: string }) =>
      void late.push(`${of.name} ${verb} ${uid}`),
  };
  const until = performance.now() + 5_000;
  const context = new StepContext(plugin, hook, podRequest({ uid: "u1" }), watch, until);
  return { context, log, late, plugin, until };
}

const badVerb = (call: () => void, message: RegExp) =>
  expect(call).to.throw(GatewrightError, message).with.property("code", "GW_BAD_VERB");

describe("new StepContext(plugin, hook, request, late, until)", () => {
  it("has the plugin's configuration, state, and log with the review's uid", () => {
    const { context, log, plugin } = open();
    expect(context.config).to.equal(plugin.config);
    expect(context.state).to.equal(plugin.state);
    context.log.info({ extra: 1 }, "hello");
    expect(log.lines).to.deep.equal([{ uid: "u1", extra: 1, message: "hello", level: "info" }]);
  });

  it("has its deadline on the clock of Date.now(), and always the same", () => {
    const { context, until } = open();
    const { deadline } = context;
    expect(deadline).to.satisfy(Number.isInteger);
    // Two clocks that are not read at once; any other clock is days away.
    expect(deadline).to.be.closeTo(Date.now() + until - performance.now(), 1_000);
    const passed = Date.now();
    while (Date.now() < passed + 2);
    expect(context.deadline).to.equal(deadline);
  });

  it("gathers what is said, in order, and makes no list of what is not", () => {
    const { context } = open();
    expect(context.findings).to.deep.equal({
      denials: undefined,
      warnings: undefined,
      annotations: undefined,
      misused: undefined,
    });
    const { deny, warn, audit } = context;
    deny("one");
    deny("two", { field: "spec.x", reason: "Bad", code: 429, retryAfterSeconds: 3 });
    warn("careful");
    audit("team", "a");
    audit("team", "b");
    expect(context.findings.denials).to.deep.equal([
      { message: "one" },
      { message: "two", field: "spec.x", reason: "Bad", code: 429, retryAfterSeconds: 3 },
    ]);
    expect(context.findings.warnings).to.deep.equal(["careful"]);
    expect([...(context.findings.annotations ?? [])]).to.deep.equal([["team", "b"]]);
  });
});

describe("context.deny(message, details?): void", () => {
  const refused: Record<string, [args: unknown[], message: RegExp]> = {
    "no message": [[], /takes a message/],
    "an empty message": [[""], /takes a message/],
    "an Error": [[new Error("no")], /takes a message/],
    "a text as details": [["no", "spec.x"], /takes \{ field, reason/],
    "null as details": [["no", null], /takes \{ field, reason/],
    "a path as field": [["no", { field: ["spec"] }], /string as field, not object/],
    "a number as reason": [["no", { reason: 1 }], /string as reason, not number/],
    "code 200": [["no", { code: 200 }], /400 to 599, not 200/],
    "code 600": [["no", { code: 600 }], /400 to 599, not 600/],
    "a fraction as code": [["no", { code: 403.5 }], /403\.5/],
    "a text as code": [["no", { code: "403" }], /not '403'/],
    "an object as code": [["no", { code: Object.create(null) as object }], /400 to 599/],
    "a negative wait": [["no", { retryAfterSeconds: -1 }], /whole seconds .*-1/],
    "half a second": [["no", { retryAfterSeconds: 0.5 }], /whole seconds/],
    "more seconds than an int32": [["no", { retryAfterSeconds: 2 ** 31 }], /whole seconds/],
  };
  for (const [what, [args, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const { context } = open();
      badVerb(() => (context.deny as (...given: unknown[]) => void)(...args), message);
      expect(context.findings.denials).to.equal(undefined);
    });
  }

  it("takes undefined for what is not said", () => {
    const { context } = open();
    context.deny("no", { field: undefined, code: undefined } as never);
    expect(context.findings.denials).to.have.length(1);
  });
});

describe("context.warn(message): void", () => {
  it("refuses what is no string", () => {
    badVerb(() => open().context.warn(1 as never), /takes a string/);
  });
});

describe("context.audit(key, value): void", () => {
  for (const key of ["a", "A1", "team.example", "a_b-c.d", "x".repeat(63), "constructor"]) {
    it(`takes the key ${key}`, () => {
      const { context } = open();
      context.audit(key, "v");
      expect(context.findings.annotations?.get(key)).to.equal("v");
    });
  }
  for (const key of ["", "a/b", "-a", "a-", ".a", "a b", "é", "x".repeat(64), "__proto__", "a\n"]) {
    it(`refuses the key ${JSON.stringify(key)}`, () => {
      badVerb(() => open().context.audit(key, "v"), /is refused by kube-apiserver: use at most 63/);
    });
  }
  it("refuses a key or a value that is no string", () => {
    badVerb(() => open().context.audit(Symbol("s") as never, "v"), /audit key/);
    badVerb(() => open().context.audit("a", 1 as never), /value of "a" must be a string/);
  });
});

describe("context.end(aborted?): void", () => {
  it("makes verbs throw, and tells of each", () => {
    const { context, late } = open();
    const { deny, warn, audit } = context;
    context.end();
    for (const [verb, call] of Object.entries({
      deny: () => deny("no"),
      warn: () => warn("no"),
      audit: () => audit("a", "b"),
    })) {
      expect(call)
        .to.throw(GatewrightError, `plugin "one" called ${verb}() after its review had ended`)
        .with.property("code", "GW_LATE_VERB");
    }
    expect(late).to.deep.equal(["one deny u1", "one warn u1", "one audit u1"]);
    expect(context.findings.denials).to.equal(undefined);
  });

  it("aborts the signal with the reason, if there is one", () => {
    const { context } = open();
    const { signal } = context;
    expect(context.signal).to.equal(signal);
    const reason = new Error("too late");
    context.end(reason);
    expect(signal.aborted).to.equal(true);
    expect(signal.reason).to.equal(reason);
    const later = open().context;
    later.end(reason);
    expect(later.signal.reason).to.equal(reason);
    const inTime = open().context;
    inTime.end();
    expect(inTime.signal.aborted).to.equal(false);
  });
});
