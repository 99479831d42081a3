import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import { limitRange, namespace, quota, type QuotaFacts, uidOf } from "../test/objects.ts";
import { namespaceRules } from "./namespace-rules.ts";
import {
  keysInEffect,
  keysWithoutBuiltIn,
  settledKeys,
  whyLimitRangeIsNotReady,
  whyQuotaIsNotReady,
} from "./readiness.ts";

const hard = { configmaps: "2", pods: "10" };
const used = { configmaps: "1", pods: "0" };
const [rule] = namespaceRules(configOf({ rules: [{ quota: { configmaps: 1, pods: 10 } }] })).all;
if (rule === undefined) throw new Error("no rule");
const team = namespace("team-a", { uid: uidOf("team-a") });
const why = (facts: QuotaFacts | undefined, keys = ["configmaps"]) =>
  whyQuotaIsNotReady(team, facts && quota({ hard, used, ...facts }), keys, rule);

describe("whyQuotaIsNotReady(namespace, quota, keys, rule)", () => {
  it("nothing, where it is in effect, has settled, and counts what is built-in", () => {
    expect(why({})).to.equal(undefined);
    expect(why({ used: { configmaps: "7", pods: "3" } }, ["configmaps", "pods"])).to.equal(
      undefined,
    );
  });

  it("there is none", () => {
    expect(why(undefined)).to.equal("there is no ResourceQuota yet");
  });

  it("of the keys that it is about, one is missing anywhere, or has not settled", () => {
    const missing = "not counted yet: configmaps";
    expect(why({ hard: { pods: "10" } })).to.equal(missing);
    expect(why({ statusHard: { pods: "10" } })).to.equal(missing);
    expect(why({ used: { pods: "0" } })).to.equal(missing);
    expect(why({ settled: ["pods"] })).to.equal(missing);
    expect(why({ settled: [] }, ["configmaps", "pods"])).to.equal(
      "not counted yet: configmaps, pods",
    );
    expect(why({ settled: ["pods"] }, ["pods"])).to.equal(undefined);
    const { status: _, ...bare } = quota({ hard });
    expect(whyQuotaIsNotReady(team, bare, ["pods"], rule)).to.equal("not counted yet: pods");
  });

  it("other numbers than the configuration's go on counting", () => {
    expect(why({ hard: { configmaps: "9", pods: "10" } })).to.equal(undefined);
  });

  it("what is built-in is not among what is used", () => {
    const short = "what the system puts there is not counted yet: configmaps";
    expect(why({ used: { configmaps: "0", pods: "0" } })).to.equal(short);
    expect(why({ used: { configmaps: "0", pods: "0" } }, ["pods"])).to.equal(undefined);
  });

  it("it is being counted anew, for what is let in meanwhile could be left out", () => {
    const anew = "it is being counted anew";
    const recount = { "count/recounts.quota.gatewright.dev": "0" };
    const settled = Object.keys(hard);
    expect(why({ hard: { ...hard, ...recount }, statusHard: hard, settled })).to.equal(anew);
    expect(why({ statusHard: { ...hard, ...recount } }, ["pods"])).to.equal(anew);
  });

  it("it is on its way out, or of an earlier namespace of the name", () => {
    const replaced = "its ResourceQuota is being replaced";
    expect(why({ metadata: { deletionTimestamp: "2026-11-23T00:00:02Z" } })).to.equal(replaced);
    // Also where that one was there within the same second.
    expect(why({ settledIn: "uid-before" })).to.equal(replaced);
    const unknown = namespace("team-a");
    expect(whyQuotaIsNotReady(unknown, quota({ hard, used }), ["pods"], rule)).to.equal(replaced);
  });
});

describe("whyLimitRangeIsNotReady(namespace, limitRange)", () => {
  it("like a quota's", () => {
    expect(whyLimitRangeIsNotReady(team, limitRange())).to.equal(undefined);
    expect(whyLimitRangeIsNotReady(team, undefined)).to.equal("there is no LimitRange yet");
    expect(whyLimitRangeIsNotReady(team, limitRange({ annotations: {} }))).to.equal(
      "its LimitRange is not in effect yet",
    );
    const gone = limitRange({ deletionTimestamp: "2026-11-23T00:00:02Z" });
    expect(whyLimitRangeIsNotReady(team, gone)).to.equal("its LimitRange is being replaced");
    const before = limitRange({ annotations: { "quota.gatewright.dev/settled": "uid-before" } });
    expect(whyLimitRangeIsNotReady(team, before)).to.equal("its LimitRange is being replaced");
  });
});

describe("what a quota says of itself", () => {
  it("keysInEffect, settledKeys, keysWithoutBuiltIn", () => {
    const found = quota({ hard, used: { configmaps: "0" }, settled: ["pods"] });
    expect(keysInEffect(found, rule)).to.deep.equal(["configmaps"]);
    expect(settledKeys(found, team)).to.deep.equal(["pods"]);
    expect(settledKeys(found, namespace("team-a", { uid: "another" }))).to.deep.equal([]);
    expect(settledKeys(quota({ settled: [] }), team)).to.deep.equal([]);
    expect(keysWithoutBuiltIn(found, rule)).to.deep.equal(["configmaps"]);
    expect(keysWithoutBuiltIn(quota({ hard, used }), rule)).to.deep.equal([]);
  });
});
