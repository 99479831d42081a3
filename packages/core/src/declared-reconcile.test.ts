import { expect } from "chai";
import { describe, it } from "mocha";
import { plugin } from "../test/reviews.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { misdeclarations } from "./declaration.ts";
import { declaredAccess } from "./declared-access.ts";
import { loadReconcile } from "./declared-reconcile.ts";
import { silentLogger } from "./log.ts";
import { definePlugin } from "./plugin.ts";
import { loadWebhooks } from "./webhook.ts";

const hook = { resource: "v1/namespaces", handle() {} };
const said = (reconcile: unknown) =>
  misdeclarations(definePlugin({ name: "x", reconcile } as never)());
const noResource =
  'write the apiVersion, a slash and the plural: "v1/namespaces", "apps/v1/deployments"';

describe("checkReconcile(hook): Generator<string>", () => {
  it("has nothing to say of what can be run", () => {
    const watches = { "v1/resourcequotas": () => undefined };
    for (const reconcile of [hook, { ...hook, watches, maxConcurrentReconciles: 4 }]) {
      expect(said(reconcile)).to.deep.equal([]);
    }
  });

  const wrong: Record<string, [reconcile: unknown, ...messages: string[]]> = {
    "a function": [() => {}, "reconcile must be { resource, handle }"],
    null: [null, "reconcile must be { resource, handle }"],
    nothing: [
      {},
      "reconcile.handle must be a function",
      `reconcile.resource: undefined is no resource: ${noResource}`,
    ],
    "a misspelt key": [
      { ...hook, watchs: {} },
      'unknown key reconcile.watchs (did you mean "watches"?); known are resource, watches, ' +
        "maxConcurrentReconciles, handle",
    ],
    "what cannot be followed": [
      { ...hook, resource: "v1/namespaces/status", watches: { pods: () => undefined } },
      'reconcile.resource: "v1/namespaces/status" cannot be read by itself: it is a part of "v1/namespaces"',
      `reconcile.watches: "pods" is no resource: ${noResource}`,
    ],
    "watches that are none": [
      { ...hook, watches: ["v1/pods"] },
      "reconcile.watches must be functions by resource: " +
        '{ "v1/resourcequotas": ({ metadata }) => ({ name: metadata.namespace }) }',
    ],
    "a watch that says nothing": [
      { ...hook, watches: { "v1/pods": true } },
      'reconcile.watches["v1/pods"] must be a function that gives the { name, namespace } it concerns',
    ],
    "no hands": [
      { ...hook, maxConcurrentReconciles: 0 },
      "reconcile.maxConcurrentReconciles must be a whole number above 0",
    ],
  };
  for (const [what, [reconcile, ...messages]] of Object.entries(wrong)) {
    it(`refuses ${what}, and says what to write`, () => {
      expect(said(reconcile)).to.deep.equal(messages.map((message) => `plugin "x": ${message}`));
    });
  }
});

describe("loadReconcile(hook): LoadedReconcile", () => {
  it("fills in what is left out, and leaves handle its `this`", async () => {
    const own = { ...hook, seconds: 7, handle: () => {} } as never;
    expect(loadReconcile(own)).to.deep.include({ watches: new Map(), maxConcurrentReconciles: 1 });
    const counting = {
      resource: "v1/pods",
      seconds: 7,
      handle() {
        return { requeueAfterSeconds: this.seconds };
      },
    };
    const result = await loadReconcile(counting).handle({} as never, {} as never);
    expect(result).to.deep.equal({ requeueAfterSeconds: 7 });
  });

  it("reads what it follows, without being told so", () => {
    const watches = { "v1/resourcequotas": () => undefined };
    const definition = { name: "x", reads: ["v1/pods"], reconcile: { ...hook, watches } };
    expect(declaredAccess(definition, undefined)).to.deep.equal({
      reads: new Set(["v1/pods", "v1/namespaces", "v1/resourcequotas"]),
      writes: new Map(),
    });
  });
});

describe("reconciledTwice(webhooks): ConfigurationIssue[]", () => {
  const quota = definePlugin({ name: "quota", reconcile: { resource: "v1/pods", handle() {} } });
  const idle = plugin("idle", { validate() {} });

  it("lets a plugin reconcile once a server", async () => {
    const webhooks = {
      "a.example.com": { plugins: [idle, quota()] },
      "b.example.com": { plugins: [idle] },
    };
    expect(await loadWebhooks(webhooks, silentLogger)).to.have.length(2);
  });

  it("refuses it in a second webhook, by name", async () => {
    const webhooks = {
      "a.example.com": { plugins: [quota()] },
      "b.example.com": { plugins: [idle, quota()] },
    };
    const error = await loadWebhooks(webhooks, silentLogger).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as ConfigurationError).issues).to.deep.equal([
      {
        code: "GW_CONFIG_INVALID",
        pointer: "/webhooks/b.example.com/plugins/1",
        message:
          'plugin "quota" is listed in a.example.com already, and it reconciles: once a server',
      },
    ]);
  });
});
