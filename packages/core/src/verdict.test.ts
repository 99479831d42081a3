import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Findings } from "./context.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";
import { ALLOWED, type Fault } from "./outcome.ts";
import type { PatchOperation } from "./patch.ts";
import type { StepResult } from "./step.ts";
import { verdictOf } from "./verdict.ts";

type Enforcement = LoadedPlugin["enforcement"];

const silent: Findings = {
  denials: undefined,
  warnings: undefined,
  annotations: undefined,
  misused: undefined,
};
const operation: PatchOperation = { op: "add", path: "/spec/x", value: { y: 1 } };

function result(
  name: string,
  findings: Partial<Findings> = {},
  { enforcement = "enforce", broken = false }: { enforcement?: Enforcement; broken?: boolean } = {},
): StepResult {
  const plugin = { name, enforcement } as LoadedPlugin;
  const fault: Fault = { plugin: name, code: "GW_PLUGIN_FAULT", cause: new Error(name) };
  return { plugin, findings: { ...silent, ...findings }, fault: broken ? fault : undefined };
}

const noChanges = new Map<LoadedPlugin, readonly PatchOperation[]>();
const verdict = (...results: StepResult[]) =>
  verdictOf({ results, patch: [], unenforced: noChanges });
const no = (message: string) => ({ denials: [{ message }] });

describe("verdictOf({ results, patch, unenforced }): Outcome", () => {
  it("is allowed, without another object, where nothing was said", () => {
    expect(verdict()).to.equal(ALLOWED);
    expect(verdict(result("a"), result("b"))).to.equal(ALLOWED);
  });

  it("has every enforced denial and fault, in order; deny beats fault, fault beats allow", () => {
    const steps = fc.record({
      denials: fc.nat({ max: 2 }),
      broken: fc.boolean(),
      enforcement: fc.constantFrom<Enforcement>("enforce", "warn", "audit"),
    });
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 6 }), fc.boolean(), (given, patched) => {
        const results = given.map(({ denials, broken, enforcement }, index) => {
          const messages = Array.from({ length: denials }, (_, n) => ({
            message: `${index}.${n}`,
          }));
          const said = denials > 0 ? { denials: messages } : {};
          return result(`p${index}`, said, { broken, enforcement });
        });
        const enforced = results.filter(({ plugin }) => plugin.enforcement === "enforce");
        const patch = patched ? [operation] : [];
        const outcome = verdictOf({ results, patch, unenforced: noChanges });
        const denials = enforced.flatMap(({ findings }) => findings.denials ?? []);
        const faults = enforced.flatMap(({ fault }) => fault ?? []);
        const kind = denials.length > 0 ? "deny" : faults.length > 0 ? "fault" : "allow";
        expect(outcome.kind).to.equal(kind);
        expect(outcome.denials.map(({ message }) => message)).to.deep.equal(
          denials.map(({ message }) => message),
        );
        expect(outcome.faults).to.deep.equal(faults);
        expect(outcome.patch).to.deep.equal(kind === "allow" ? patch : []);
        const told = results
          .filter(({ plugin }) => plugin.enforcement !== "enforce")
          .map(({ findings, fault }) => (findings.denials?.length ?? 0) + (fault ? 1 : 0));
        expect(outcome.unenforced).to.have.length(told.reduce((sum, n) => sum + n, 0));
      }),
    );
  });

  it("says whose each denial is", () => {
    const { denials } = verdict(result("a", no("1")), result("b", no("2")));
    expect(denials).to.deep.equal([
      { plugin: "a", message: "1" },
      { plugin: "b", message: "2" },
    ]);
  });

  it("has warnings and annotations of all plugins, whatever their enforcement", () => {
    const said = { warnings: ["careful"], annotations: new Map([["team", "a"]]) };
    const outcome = verdict(
      result("a", said, { enforcement: "audit" }),
      result("b", { warnings: ["and"] }),
    );
    expect(outcome).to.deep.include({ kind: "allow", warnings: ["careful", "and"] });
    expect([...outcome.auditAnnotations]).to.deep.equal([["team", "a"]]);
  });

  it("shows the user what a plugin in warn would have done", () => {
    const one = result(
      "one",
      { denials: [{ message: "no" }, { message: "nor that" }] },
      {
        enforcement: "warn",
        broken: true,
      },
    );
    const outcome = verdictOf({
      results: [one],
      patch: [],
      unenforced: new Map([
        [one.plugin, [operation, { op: "remove" as const, path: "/metadata" }]],
      ]),
    });
    expect(outcome.kind).to.equal("allow");
    expect(outcome.warnings).to.deep.equal([
      "one (not enforced) would deny: no",
      "one (not enforced) would deny: nor that",
      'one (not enforced) would change: add /spec/x {"y":1}; remove /metadata',
      "one (not enforced) failed, and was passed over",
    ]);
    expect(outcome.unenforced).to.deep.equal([
      { plugin: "one", enforcement: "warn", kind: "denial", message: "would deny: no" },
      { plugin: "one", enforcement: "warn", kind: "denial", message: "would deny: nor that" },
      {
        plugin: "one",
        enforcement: "warn",
        kind: "change",
        // It goes to the log, too, where no value may stand.
        message: "would change: add /spec/x; remove /metadata",
      },
      {
        plugin: "one",
        enforcement: "warn",
        kind: "fault",
        message: "failed, and was passed over",
        fault: one.fault,
      },
    ]);
    expect([...outcome.auditAnnotations]).to.deep.equal([]);
  });

  it("tells the audit log in one annotation what a plugin in audit would have done", () => {
    const said = { denials: [{ message: "no" }, { message: "nor that" }] };
    const outcome = verdict(result("one", said, { enforcement: "audit" }));
    expect(outcome.warnings).to.deep.equal([]);
    expect([...outcome.auditAnnotations]).to.deep.equal([
      ["one", "would deny: no; would deny: nor that"],
    ]);
  });

  it("cuts long values in what would have been changed", () => {
    const one = result("one", {}, { enforcement: "warn" });
    const long: PatchOperation = { op: "replace", path: "/data", value: "x".repeat(10_000) };
    const { warnings } = verdictOf({
      results: [one],
      patch: [],
      unenforced: new Map([[one.plugin, [long]]]),
    });
    expect(warnings[0]).to.match(/^one \(not enforced\) would change: replace \/data "x{118}…$/);
  });

  it("keeps every annotation where plugins use one key, each key one that is allowed", () => {
    const annotated = (name: string, key: string, value: string, enforcement?: Enforcement) =>
      result(name, { annotations: new Map([[key, value]]) }, enforcement && { enforcement });
    const long = "x".repeat(63);
    const outcome = verdict(
      annotated("a", "team", "1"),
      annotated("b", "team", "1"),
      annotated("c", "team", "2"),
      annotated("d", "c.team", "3"),
      annotated(long, "team", "4"),
      annotated(long, "team", "5"),
      result("team", no("x"), { enforcement: "audit" }),
    );
    const values = [...outcome.auditAnnotations.values()];
    expect(values).to.have.members(["1", "2", "3", "4", "5", "would deny: x"]);
    expect(outcome.auditAnnotations.get("team")).to.equal("1");
    expect(outcome.auditAnnotations.get("c.team")).to.equal("2");
    for (const key of outcome.auditAnnotations.keys()) {
      expect(key).to.match(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/);
    }
  });
});
