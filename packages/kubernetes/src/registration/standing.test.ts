import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint } from "../../test/endpoints.ts";
import type { LiveConfiguration } from "./differences.ts";
import { standingOf } from "./standing.ts";
import { webhookConfigurations } from "./webhook-configurations.ts";

const options = {
  name: "gatewright",
  clientConfig: { url: "https://10.0.0.1" },
  caBundle: "PEM",
  namespace: "gatewright-system",
};
const both = (more: object = {}, given: object = {}) =>
  webhookConfigurations(
    [endpoint("a.example.com", "mutate", given), endpoint("a.example.com", "validate", given)],
    { ...options, ...more },
  );
const live = ([mutate, validate]: ReturnType<typeof both>) => ({
  mutate: mutate as LiveConfiguration | undefined,
  validate: validate as LiveConfiguration | undefined,
});
const nothing = { mutate: undefined, validate: undefined };

describe("standingOf(wanted, live, wasApplied)", () => {
  for (const wasApplied of [false, true]) {
    it(`is current where nothing differs (applied before: ${wasApplied})`, () => {
      expect(standingOf(both(), live(both()), wasApplied)).to.deep.equal({ kind: "current" });
    });

    it(`is a change where another content is there, in whole or in half (applied before: ${wasApplied})`, () => {
      const before = live(both({}, { timeoutSeconds: 3 }));
      expect(standingOf(both(), before, wasApplied)).to.deep.equal({
        kind: "change",
        registered: true,
      });
      const half = { ...live(both()), validate: before.validate };
      expect(standingOf(both(), half, wasApplied)).to.include({ kind: "change" });
    });

    it(`is a change where a phase has nothing any more (applied before: ${wasApplied})`, () => {
      const one = webhookConfigurations([endpoint("a.example.com", "validate")], options);
      expect(standingOf(one, live(both()), wasApplied)).to.include({ kind: "change" });
    });

    it(`is drift where somebody changed a field of this content (applied before: ${wasApplied})`, () => {
      const changed = live(both());
      const edited = structuredClone(changed.validate);
      if (edited?.webhooks?.[0] !== undefined) edited.webhooks[0].failurePolicy = "Ignore";
      expect(standingOf(both(), { ...changed, validate: edited }, wasApplied)).to.deep.equal({
        kind: "drift",
        fields: ["validate: webhooks[a.example.com].failurePolicy"],
      });
      expect(standingOf(both(), { ...changed, mutate: undefined }, wasApplied)).to.deep.equal({
        kind: "drift",
        fields: ["MutatingWebhookConfiguration"],
      });
    });

    it(`is foreign where another installation has the name (applied before: ${wasApplied})`, () => {
      const others = live(both({ namespace: "other" }));
      expect(standingOf(both(), others, wasApplied)).to.deep.equal({
        kind: "foreign",
        whose: "other/gatewright",
      });
      const people = { mutate: { apiVersion: "v1", kind: "X", metadata: { name: "a" } } };
      expect(standingOf(both(), { ...nothing, ...people }, wasApplied)).to.deep.equal({
        kind: "foreign",
        whose: "no Gatewright",
      });
    });
  }

  it("is the first registration where nothing is there, and drift where there was something", () => {
    expect(standingOf(both(), nothing, false)).to.deep.equal({ kind: "change", registered: false });
    expect(standingOf(both(), nothing, true)).to.include({ kind: "drift" });
  });

  it("is a refresh where the CA or the owner is another, but drift where that was applied already", () => {
    const ownerReferences = [{ apiVersion: "v1", kind: "Namespace", name: "a", uid: "1" }];
    for (const more of [{ caBundle: "NEW" }, { ownerReferences }]) {
      expect(standingOf(both(more), live(both()), false)).to.deep.equal({ kind: "refresh" });
      expect(standingOf(both(more), live(both()), true)).to.include({ kind: "drift" });
    }
  });

  it("never counts a CA that somebody else injects", () => {
    const injected = live(both());
    expect(standingOf(both({ caBundle: undefined }), injected, true)).to.deep.equal({
      kind: "current",
    });
  });
});
