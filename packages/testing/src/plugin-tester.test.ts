import { definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod, pods, wellBehaved } from "../test/pods.ts";
import { onlyFailure, runSuite } from "../test/run-suite.ts";
import { creates, deletes, updates } from "./reviews.ts";
import { PluginTester } from "./plugin-tester.ts";

const set = { priorityClassName: "high" };

describe("PluginTester.run(plugin, { allows, denies, patches, faults, rejectsConfig })", () => {
  // Declares real tests, with the mocha that runs this file.
  PluginTester.run("PluginTester.run(title, plugin, suite)", wellBehaved, {
    config: { class: "gold" },
    allows: [
      creates(pod("bare", set)),
      { name: "an update", request: updates(pod("web", set), pod("web", { ...set, x: 1 })) },
      {
        name: "with a warning",
        request: creates(pod("bound", { ...set, nodeName: "n1" }), { user: "bob" }),
        warnings: [/^bound to/],
      },
      { name: "with null for a configuration", request: creates(pod("own", set)), config: {} },
    ],
    denies: [
      {
        request: creates(pod("host", { ...set, hostNetwork: true })),
        message: "no host network",
        field: "spec.hostNetwork",
        code: 403,
      },
      {
        request: creates(pod("both", { hostNetwork: true, hostPID: true })),
        messages: [/network/, { message: "no host PID", field: "spec.hostPID", reason: "Invalid" }],
        auditAnnotations: { class: "gold" },
      },
      {
        request: creates(pod("pid", { ...set, hostPID: true })),
        message: /host PID$/,
        reason: "Invalid",
      },
    ],
    patches: [
      {
        request: creates(pod("web")),
        patch: [{ op: "add", path: "/spec/priorityClassName", value: "gold" }],
        auditAnnotations: { class: /./ },
      },
      {
        request: creates(pod("named")),
        config: { class: "lead" },
        object: pod("named", { priorityClassName: "lead" }),
        auditAnnotations: { class: "lead" },
      },
      {
        name: "checked by a function, in a namespace that was filled in",
        request: creates({ ...pod("fn"), metadata: { generateName: "fn-" } }),
        object: (changed) => expect(changed.metadata.namespace).to.equal("default"),
        auditAnnotations: { class: "gold" },
      },
    ],
    rejectsConfig: [
      { config: { class: "x" }, message: /fewer than 3/, pointer: "/class" },
      { config: { clas: "gold" }, message: /did you mean "class"/, pointer: "/clas" },
      { config: 3, message: "must be object, not number" },
    ],
  });

  it("gives each case an instance of its own, set up and closed", async () => {
    const events: string[] = [];
    const counting = definePlugin({
      name: "counting",
      setup: () => {
        events.push("setup");
        return { seen: 0 };
      },
      close: ({ seen }) => void events.push(`close after ${seen}`),
      validate: {
        rules: pods,
        sideEffects: "NoneOnDryRun",
        handle({ object, dryRun }, { state, deny }) {
          if (!dryRun) state.seen++;
          if (object.spec.hostPID) deny("no");
        },
      },
    });
    const results = await runSuite(counting, {
      allows: [creates(pod("a")), creates(pod("b"))],
      denies: [{ request: creates(pod("c", { hostPID: true })), message: "no" }],
    });
    expect(Object.values(results).filter(Boolean)).to.deep.equal([]);
    expect(events).to.deep.equal(
      Array.from({ length: 3 }, () => ["setup", "close after 1"]).flat(),
    );
  });

  it("runs cases one after another, also where it is asked to run them side by side", async () => {
    let running = 0;
    const slow = definePlugin({
      name: "slow",
      setup: () => expect(running++).to.equal(0),
      close: () => void running--,
      validate: {
        rules: pods,
        sideEffects: "None",
        handle: () => new Promise((resolve) => setTimeout(resolve, 20)),
      },
    });
    const tests: (() => Promise<void>)[] = [];
    const set = { describe: PluginTester.describe, it: PluginTester.it };
    PluginTester.describe = (_, body) => body();
    PluginTester.it = (_, body) => tests.push(body);
    PluginTester.run(slow, { allows: [creates(pod("a")), creates(pod("b")), creates(pod("c"))] });
    Object.assign(PluginTester, set);
    await Promise.all(tests.slice(0, -1).map((test) => test()));
  });

  it("takes faults, each with the error of its plugin", async () => {
    const slow = definePlugin({
      name: "slow",
      validate: {
        rules: pods,
        sideEffects: "None",
        async handle({ object }, { signal, deny }) {
          if (object.spec.hostPID) throw new Error("the database is gone");
          if (object.spec.hostIPC)
            await new Promise((_, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason as Error));
            });
          if (object.spec.hostNetwork) deny("no");
        },
      },
    });
    const results = await runSuite(slow, {
      allows: [creates(pod("a"))],
      denies: [{ request: creates(pod("b", { hostNetwork: true })), message: "no" }],
      faults: [
        { request: creates(pod("c", { hostPID: true })), message: "the database is gone" },
        {
          request: creates(pod("d", { hostIPC: true })),
          message: /overran its 50 ms/,
          code: "GW_PLUGIN_TIMEOUT",
          timeoutSeconds: 0.05,
        },
      ],
    });
    expect(Object.values(results).filter(Boolean)).to.deep.equal([]);
  });

  it("refuses what is no plugin and no suite, at once", () => {
    const run =
      (...given: unknown[]) =>
      () =>
        (PluginTester.run as unknown as (...given: unknown[]) => void)(...given);
    expect(run(wellBehaved(), {})).to.throw("not called");
    expect(run({ name: "x" }, {})).to.throw("what definePlugin returned");
    expect(run(wellBehaved, { allow: [] })).to.throw(
      'a suite has no "allow": it has config, cluster, allows',
    );
  });

  it("refuses a case that says too little, or something unknown", async () => {
    const request = creates(pod("a"));
    const failures = [
      await onlyFailure(wellBehaved, { denies: [{ request }] }),
      await onlyFailure(wellBehaved, { denies: [{ request, message: "a", messages: ["a"] }] }),
      await onlyFailure(wellBehaved, { patches: [{ request }] }),
      await onlyFailure(wellBehaved, { patches: [{ request, mesage: "x" } as never] }),
      await onlyFailure(wellBehaved, { denies: [{ message: "x" } as never] }),
      await onlyFailure(wellBehaved, { faults: [{ request } as never] }),
    ];
    expect(failures.map(({ message }) => message.replace(/^.*?, \w+ ".*?": /, ""))).to.deep.equal([
      "say why it is denied: either message, or messages",
      "say why it is denied: either message, or messages",
      "say what it comes to: patch, or object",
      'a case under patches has no "mesage": it has name, request, config, cluster, warnings, auditAnnotations, timeoutSeconds, patch, object',
      "it has no request: request: creates(pod)",
      "say what breaks: message",
    ]);
  });

  it("fails a suite that shows one side only", async () => {
    const only = async (suite: Parameters<typeof runSuite>[1]) =>
      (await runSuite(wellBehaved, suite as never))["has cases of both kinds"]?.message ?? "";
    const request = creates(pod("a", set));
    expect(await only({ allows: [request] })).to.include("no case is denied or patched");
    expect(await only({}))
      .to.include("no case is allowed")
      .and.include("no case is denied");
    expect(await only({ denies: [{ request, message: "x" }] })).to.include("no case is allowed");
    const warned = creates(pod("b", { ...set, nodeName: "n" }));
    expect(
      await only({ allows: [request, { request: warned, warnings: ["bound to n"] }] }),
    ).to.equal("");
  });

  it("fails a case that is there twice, in whatever list", async () => {
    const same = () => creates(pod("a", set), { user: "bob" });
    const results = await runSuite(wellBehaved, {
      allows: [
        { name: "one", request: same() },
        { name: "another configuration", request: same(), config: { class: "gold" } },
        { name: "another user", request: creates(pod("a", set)) },
      ],
      denies: [{ name: "again", request: same(), message: "x" }],
      rejectsConfig: [
        { config: { class: "" }, message: /fewer/ },
        { name: "again", config: { class: "" }, message: /fewer/ },
      ],
    });
    const failed = Object.entries(results).filter(([, error]) => error !== undefined);
    expect(failed.map(([name]) => name)).to.deep.equal(["denies: again", "rejectsConfig: again"]);
    expect(failed[0]?.[1]?.message).to.include('is there twice: as allows "one"');
  });

  it("knows a plugin that was declared wrongly", async () => {
    const misdeclared = definePlugin({ name: "Wrong", validate: { handle() {} } } as never);
    const failure = await onlyFailure(misdeclared, { allows: [deletes(pod("a"))] });
    expect(failure.message).to.include("could not be run").and.include("DNS label");
  });
});
