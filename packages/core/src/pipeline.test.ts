import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { behaviours, everyBehaviour } from "../test/behaviours.ts";
import { applyPatch } from "../test/json-patch.ts";
import { type Handler, observed, plugin, podRequest } from "../test/reviews.ts";
import { errorCodes, GatewrightError } from "./errors.ts";
import { createPipeline, type Reviewer } from "./pipeline.ts";
import type { Phase } from "./webhook-endpoint.ts";
import { definePlugin } from "./plugin.ts";
import type { WebhookOptions } from "./webhook.ts";

const NAME = "pods.example.com";

async function reviewerOf(phase: Phase, plugins: WebhookOptions["plugins"]): Promise<Reviewer> {
  const { reviewers } = await createPipeline({ webhooks: { [NAME]: { plugins } } });
  return reviewers.get(`/${phase}/${NAME}`) as Reviewer;
}

describe("createPipeline(options): Promise<Pipeline>", () => {
  it("has a reviewer for each phase that a webhook has plugins for", async () => {
    const rule = (resource: string) => ({
      apiGroups: [""],
      apiVersions: ["v1"],
      resources: [resource],
      operations: ["CREATE"],
    });
    const hook = (resource: string, sideEffects = "None") => ({
      rules: [rule(resource)],
      sideEffects,
      handle() {},
    });
    const made = (definition: object) => definePlugin(definition as never)();
    const { reviewers } = await createPipeline({
      webhooks: {
        "a.example.com": {
          failurePolicy: "Ignore",
          timeoutSeconds: 5,
          plugins: [
            made({ name: "both", mutate: hook("pods", "NoneOnDryRun"), validate: hook("pods") }),
            made({ name: "judge", validate: hook("services") }),
          ],
        },
        "b.example.com": { plugins: [made({ name: "judge", validate: hook("nodes") })] },
      },
    });
    expect([...reviewers.keys()]).to.deep.equal([
      ...["/mutate/a.example.com", "/validate/a.example.com", "/validate/b.example.com"],
    ]);
    const first = { name: "a.example.com", failurePolicy: "Ignore", timeoutSeconds: 5 };
    expect(reviewers.get("/mutate/a.example.com")?.endpoint).to.deep.equal({
      ...first,
      phase: "mutate",
      path: "/mutate/a.example.com",
      rules: [rule("pods")],
      sideEffects: "NoneOnDryRun",
      plugins: ["both"],
    });
    expect(reviewers.get("/validate/a.example.com")?.endpoint).to.deep.equal({
      ...first,
      phase: "validate",
      path: "/validate/a.example.com",
      rules: [rule("pods"), rule("services")],
      sideEffects: "None",
      plugins: ["both", "judge"],
    });
  });

  it("asks only the plugins that a request is for", async () => {
    const asked: string[] = [];
    const { review } = await reviewerOf("validate", [
      plugin("a", { validate: () => asked.push("a") }),
    ]);
    await review(podRequest({ operation: "DELETE" }));
    await review(podRequest({ subResource: "status" }));
    expect(asked).to.deep.equal([]);
    await review(podRequest());
    expect(asked).to.deep.equal(["a"]);
  });

  const lists = fc.array(
    fc.record({
      one: fc.constantFrom(...everyBehaviour),
      enforcement: fc.constantFrom(
        "enforce" as const,
        "enforce" as const,
        "warn" as const,
        "audit" as const,
      ),
    }),
    { minLength: 1, maxLength: 5 },
  );
  for (const phase of ["mutate", "validate"] as const) {
    it(`${phase}: deny beats fault, fault beats allow, whatever plugins do`, async () => {
      await fc.assert(
        fc.asyncProperty(lists, async (list) => {
          const { review } = await reviewerOf(
            phase,
            list.map(({ one, enforcement }, index) => ({
              plugin: plugin(`p${index}`, { [phase]: one.handle }),
              enforcement,
              timeoutSeconds: 0.02,
            })),
          );
          const outcome = await review(podRequest());
          const enforced = list.filter(({ enforcement }) => enforcement === "enforce");
          const is = (kind: string) => enforced.some(({ one }) => one.kind === kind);
          expect(outcome.kind).to.equal(is("deny") ? "deny" : is("fault") ? "fault" : "allow");
          const denying = list.flatMap(({ one, enforcement }, index) =>
            one.kind === "deny" && enforcement === "enforce" ? [`p${index}`] : [],
          );
          expect(outcome.denials.map((denial) => denial.plugin)).to.deep.equal(denying);
          for (const { code } of outcome.faults) expect(errorCodes).to.have.property(code);
          expect(outcome.unenforced.length).to.be.least(
            list.filter(({ one, enforcement }) => one.kind !== "allow" && enforcement !== "enforce")
              .length,
          );
        }),
        { numRuns: 60 },
      );
    });
  }

  it("says which phase changes what: a patch in the one, none in the other", async () => {
    const both = plugin("both", {
      mutate: ({ object }) => void (object.metadata.labels["x"] = "1"),
      validate: ({ object }, { warn }) => warn(JSON.stringify(object.metadata.labels)),
    });
    const request = podRequest();
    const mutated = await (await reviewerOf("mutate", [both])).review(request);
    const stored = applyPatch(request.object, mutated.patch);
    const validated = await (await reviewerOf("validate", [both])).review({
      ...request,
      object: stored,
    });
    expect(validated.patch).to.deep.equal([]);
    expect(validated.warnings).to.deep.equal(['{"app":"web","x":"1"}']);
  });

  it("counts neighbours' denials when the review's time is over", async () => {
    const { review } = await reviewerOf("mutate", [
      plugin("denies", { mutate: behaviours.deny["once"] as Handler }),
      plugin("overruns", { mutate: behaviours.fault["overruns"] as Handler }),
      plugin("too-late", { mutate: behaviours.fault["overruns"] as Handler }),
    ]);
    const outcome = await review(podRequest(), { timeoutMs: 20 });
    expect(outcome.kind).to.equal("deny");
    expect(outcome.faults.map(({ plugin: name, code }) => `${name} ${code}`)).to.deep.equal([
      ...["overruns GW_PLUGIN_TIMEOUT", "too-late GW_PLUGIN_TIMEOUT"],
    ]);
  });

  it("counts the denial of a mutator behind one that never answers", async () => {
    const { review } = await reviewerOf("mutate", [
      plugin("hangs", { mutate: () => new Promise<void>(() => {}) }),
      plugin("denies", { mutate: (_request, { deny }) => deny("certain") }),
    ]);
    const outcome = await review(podRequest(), { timeoutMs: 20 });
    expect(outcome.kind).to.equal("deny");
    expect(outcome.denials.map(({ message }) => message)).to.deep.equal(["certain"]);
    expect(outcome.faults.map(({ plugin: name }) => name)).to.deep.equal(["hangs"]);
  });

  it("keeps time for one that has to wait for its denial, behind one that never answers", async () => {
    const { review } = await reviewerOf("mutate", [
      plugin("hangs", { mutate: () => new Promise<void>(() => {}) }),
      plugin("denies", {
        async mutate(_request, { deny }) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          deny("certain");
        },
      }),
    ]);
    const { kind, faults } = await review(podRequest(), { timeoutMs: 1_000 });
    expect(kind).to.equal("deny");
    expect(faults.map(({ plugin: name }) => name)).to.deep.equal(["hangs"]);
  });

  it("takes nothing from enforced mutators for one that is not, though it never answers", async () => {
    const { review } = await reviewerOf("mutate", [
      {
        plugin: plugin("hangs", { mutate: () => new Promise<void>(() => {}) }),
        enforcement: "audit",
      },
      plugin("labels", {
        mutate({ object }) {
          object.metadata.labels["set"] = "1";
        },
      }),
    ]);
    const outcome = await review(podRequest(), { timeoutMs: 20 });
    expect(outcome.kind).to.equal("allow");
    expect(outcome.faults).to.deep.equal([]);
    expect(outcome.patch).to.have.length(1);
    expect(outcome.unenforced.map(({ plugin: name, kind }) => `${name} ${kind}`)).to.deep.equal([
      "hangs fault",
    ]);
  });

  it("tells its observer of each step, and of what comes late", async () => {
    const { observer, steps, late } = observed();
    let deny = (_message: string): void => {};
    const plugins = [
      plugin("a", { validate: (_r, context) => void ({ deny } = context) }),
      plugin("b", { validate() {} }),
    ];
    const { reviewers } = await createPipeline({ webhooks: { [NAME]: { plugins } }, observer });
    await reviewers.get(`/validate/${NAME}`)?.review(podRequest());
    expect(steps).to.deep.equal(["a", "b"]);
    expect(() => deny("late")).to.throw(
      GatewrightError,
      /called deny\(\) after its review had ended/,
    );
    expect(late).to.deep.equal(["a deny"]);
  });
});
