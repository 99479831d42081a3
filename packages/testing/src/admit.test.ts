import { createPipeline, definePlugin, type WebhookOptions } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod, pods, wellBehaved } from "../test/pods.ts";
import { admit } from "./admit.ts";
import { creates, deletes } from "./reviews.ts";

const sideEffects = "None" as const;

/** Writes `key` with what the label of another key has, so that it shows when it was called. */
const copying = (name: string, key: string, from: string) =>
  definePlugin({
    name,
    mutate: {
      rules: pods,
      sideEffects,
      handle({ object }, { warn }) {
        const labels = (object.metadata.labels ??= {});
        const value = labels[from] ?? "unset";
        if (labels[key] !== value) labels[key] = value;
        warn(`${name} was here`);
      },
    },
  })();

const breaking = definePlugin({
  name: "breaking",
  validate: {
    rules: pods,
    sideEffects,
    handle() {
      throw new Error("boom");
    },
  },
})();

const refusing = (name: string, code: number) =>
  definePlugin({
    name,
    validate: {
      rules: pods,
      sideEffects,
      handle(_, { deny, warn, audit }) {
        deny(`${name} says no`, { code, field: "spec" });
        warn("a\nb");
        audit("why", name);
      },
    },
  })();

describe("admit(webhooks, request, options)", () => {
  it("gives what the user sees and what is stored", async () => {
    const result = await admit([wellBehaved({ class: "gold" })], creates(pod("web")));
    expect(result).to.deep.equal({
      allowed: true,
      object: pod("web", { priorityClassName: "gold" }),
      status: undefined,
      warnings: [],
      auditAnnotations: { "plugins.gatewright.dev/class": "gold" },
      patches: [
        {
          webhook: "plugins.gatewright.dev",
          patch: [{ op: "add", path: "/spec/priorityClassName", value: "gold" }],
          reinvocation: false,
        },
      ],
      faults: [],
    });
  });

  it("gives a refusal in the words of the API server", async () => {
    const webhooks = { "pods.example.com": { plugins: [refusing("a", 422), refusing("b", 403)] } };
    const result = await admit(webhooks, creates(pod("web")));
    expect(result.allowed).to.equal(false);
    expect(result.status).to.deep.equal({
      status: "Failure",
      message: 'admission webhook "pods.example.com" denied the request: a says no; b says no',
      reason: "Forbidden",
      code: 422,
      details: {
        causes: [
          { reason: "Forbidden", message: "a says no", field: "spec" },
          { reason: "Forbidden", message: "b says no", field: "spec" },
        ],
      },
    });
    expect(result.warnings).to.deep.equal(["a", "b"]);
    expect(result.auditAnnotations).to.deep.equal({
      "pods.example.com/why": "a",
      "pods.example.com/b.why": "b",
    });
  });

  it("shows validators what all mutators left, with a name and a uid", async () => {
    const seen: unknown[] = [];
    const seeing = definePlugin({
      name: "seeing",
      validate: {
        rules: pods,
        sideEffects,
        handle: ({ name, object: { metadata, spec } }) => void seen.push(name, metadata, spec),
      },
    })();
    const request = creates({ ...pod("x"), metadata: { generateName: "web-" } });
    const { object } = await admit([seeing, wellBehaved()], request);
    const [name, { uid, creationTimestamp, ...metadata }, spec] = JSON.parse(JSON.stringify(seen));
    expect(name).to.equal("web-x7k2p");
    expect(metadata).to.deep.equal({ generateName: "web-", namespace: "default", name });
    expect(uid).to.match(/^[0-9a-f]{8}-/);
    expect(creationTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(spec).to.deep.equal(pod("x", { priorityClassName: "standard" }).spec);
    expect(object?.metadata).to.deep.equal({ generateName: "web-", namespace: "default" });
  });

  it("calls a webhook again, once, where a later one changed the object", async () => {
    const webhooks = {
      "a.example.com": { plugins: [copying("a", "a", "b")] },
      "b.example.com": { plugins: [copying("b", "b", "c")] },
      "c.example.com": { plugins: [copying("c", "c", "d")] },
    };
    const result = await admit(webhooks, creates(pod("web")));
    expect(
      result.patches.map(({ webhook, reinvocation }) => [webhook[0], reinvocation]),
    ).to.deep.equal([
      ["a", false],
      ["b", false],
      ["c", false],
    ]);
    const start = { ...pod("web"), metadata: { name: "web", labels: { d: "1" } } };
    const second = await admit(webhooks, creates(start));
    // b is called before its turn would settle a: there is no third round.
    expect(second.object?.metadata?.labels).to.deep.equal({ a: "unset", b: "1", c: "1", d: "1" });
    expect(
      second.patches.map(({ webhook, reinvocation }) => [webhook[0], reinvocation]),
    ).to.deep.equal([
      ["a", false],
      ["b", false],
      ["c", false],
      ["b", true],
    ]);
    expect(second.warnings).to.deep.equal(["a was here", "b was here", "c was here"]);
    const never = await admit(webhooks, creates(start), { reinvocationPolicy: "Never" });
    expect(never.object?.metadata?.labels).to.deep.include({ b: "unset", c: "1" });
  });

  it("ends at the first mutator that refuses", async () => {
    const denying = definePlugin({
      name: "denying",
      mutate: { rules: pods, sideEffects, handle: (_, { deny }) => deny("not here") },
    })();
    const webhooks = {
      "a.example.com": { plugins: [copying("a", "a", "b")] },
      "b.example.com": { plugins: [denying] },
      "c.example.com": { plugins: [copying("c", "c", "d"), breaking] },
    };
    const result = await admit(webhooks, creates(pod("web")));
    expect(result.status?.message).to.equal(
      'admission webhook "b.example.com" denied the request: not here',
    );
    expect(result.object?.metadata?.labels).to.deep.equal({ a: "unset" });
    expect(result.faults).to.deep.equal([]);
  });

  it("asks failurePolicy about a fault", async () => {
    const through = (failurePolicy: NonNullable<WebhookOptions["failurePolicy"]>) =>
      admit({ "a.example.com": { failurePolicy, plugins: [breaking] } }, creates(pod("web")));
    const failed = await through("Fail");
    expect(failed.allowed).to.equal(false);
    expect(failed.status).to.include({ code: 500, reason: "InternalError" });
    expect(failed.status?.message).to.match(
      /^Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: an error on the server \("plugin \\"breaking\\" could not judge \(GW_PLUGIN_FAULT\): CREATE pods, review [0-9a-f-]+"\) has prevented the request from succeeding$/,
    );
    const ignored = await through("Ignore");
    expect(ignored.allowed).to.equal(true);
    for (const { faults } of [failed, ignored]) {
      expect(faults).to.have.length(1);
      expect(faults[0]).to.include({ plugin: "breaking", code: "GW_PLUGIN_FAULT" });
      expect(faults[0]?.cause).to.have.property("message", "boom");
      expect(faults[0]?.message).to.match(/^Error: boom\n +at /);
    }
  });

  it("says of a fault what was thrown, whatever that is", async () => {
    const throwing = definePlugin({
      name: "throwing",
      validate: {
        rules: pods,
        sideEffects,
        handle() {
          throw { answer: 42 };
        },
      },
    });
    const { faults } = await admit([throwing()], creates(pod("web")));
    expect(faults.map(({ message }) => message)).to.deep.equal(["{ answer: 42 }"]);
  });

  it("reports a denial before another webhook's fault", async () => {
    const webhooks = {
      "a.example.com": { plugins: [breaking] },
      "b.example.com": { plugins: [refusing("b", 403)] },
    };
    const result = await admit(webhooks, creates(pod("web")));
    expect(result.status?.message).to.include("b says no");
    expect(result.faults).to.have.length(1);
  });

  it("honours enforcement, and what no rule covers", async () => {
    const warned = await admit(
      [{ plugin: refusing("a", 403), enforcement: "warn" }, { plugin: wellBehaved() }],
      creates(pod("web")),
    );
    expect(warned.allowed).to.equal(true);
    expect(warned.warnings).to.deep.equal(["a", "b", "a (not enforced) would deny: a says no"]);
    const gone = await admit([refusing("a", 403), wellBehaved()], deletes(pod("web")));
    expect(gone).to.deep.include({ allowed: true, object: null, patches: [], warnings: [] });
  });

  it("speaks v1beta1 as well, and leaves an open pipeline open", async () => {
    const closed: string[] = [];
    const closing = definePlugin({
      name: "closing",
      close: () => void closed.push("closed"),
      validate: { rules: pods, sideEffects, handle() {} },
    });
    const pipeline = await createPipeline({
      webhooks: { "a.example.com": { plugins: [closing()] } },
    });
    expect(
      (await admit(pipeline, creates(pod("a")), { apiVersion: "admission.k8s.io/v1beta1" }))
        .allowed,
    ).to.equal(true);
    expect(closed).to.deep.equal([]);
    await pipeline.close();
    expect((await admit([closing()], creates(pod("a")))).allowed).to.equal(true);
    expect(closed).to.deep.equal(["closed", "closed"]);
  });

  it("rejects what is no request and no configuration", async () => {
    const rejection = async (promise: Promise<unknown>) =>
      promise.then(
        () => "none",
        (error: Error) => error.message,
      );
    const request = { ...creates(pod("a")), operation: "PATCH" as never };
    expect(await rejection(admit([breaking], request))).to.include("none of CREATE, UPDATE");
    expect(await rejection(admit([wellBehaved({ class: "x" })], creates(pod("a"))))).to.include(
      "fewer than 3",
    );
  });
});
