import { expect } from "chai";
import { describe, it } from "mocha";
import { belongsTo, MEMBERS, namespace, OWNERS, UNOWNED } from "../test/objects.ts";
import { isOwnAccount, type Owned, ownershipOf } from "./ownership.ts";
import { standingOf } from "./parties.ts";

const problemOf = (annotations: Record<string, string>): string | undefined => {
  const ownership = ownershipOf(namespace("team-a", annotations));
  return ownership.state === "malformed" ? ownership.problem : undefined;
};

describe("ownershipOf(namespace)", () => {
  it("is unowned where nothing is said, and released where that is said", () => {
    expect(ownershipOf({})).to.deep.equal({ state: "unowned", released: false });
    expect(ownershipOf(namespace("a"))).to.deep.equal({ state: "unowned", released: false });
    expect(ownershipOf(namespace("a", { [UNOWNED]: "true" }))).to.deep.equal({
      state: "unowned",
      released: true,
    });
  });

  it("is never unowned where anything is left, or cannot be read", () => {
    expect(problemOf({ [OWNERS]: "" })).to.match(/owners is malformed: it is empty/);
    expect(problemOf({ [OWNERS]: "[]" })).to.match(/it lists nobody/);
    expect(problemOf({ [OWNERS]: "alice" })).to.match(/it is no JSON/);
    expect(problemOf(belongsTo(["alice", "account:team-a/bot"]))).to.match(/itself cannot own it/);
    expect(problemOf(belongsTo(["alice"], ["account:team-a/bot"]))).to.equal(undefined);
    expect(problemOf({ [MEMBERS]: "[]" })).to.match(/there is no tenancy.gatewright.dev\/owners/);
    expect(problemOf({ ...belongsTo(["alice"]), [MEMBERS]: "{}" })).to.match(
      /members is malformed/,
    );
    expect(problemOf({ ...belongsTo(["alice"]), [UNOWNED]: "true" })).to.match(/there is/);
    expect(problemOf({ [UNOWNED]: "false" })).to.match(/it is not "true"/);
    expect(problemOf({ [UNOWNED]: "" })).to.match(/it is not "true"/);
  });

  it("reads a frozen namespace once, and any other each time", () => {
    const frozen = Object.freeze(namespace("team-a", belongsTo(["alice"])));
    expect(ownershipOf(frozen)).to.equal(ownershipOf(frozen));
    const other = namespace("team-a", belongsTo(["alice"]));
    expect(ownershipOf(other).state).to.equal("owned");
    other.metadata.annotations = {};
    expect(ownershipOf(other).state).to.equal("unowned");
  });
});

describe("standingOf(user, owned)", () => {
  const annotations = belongsTo(
    ["alice", "group:leads", "account:ci/deployer"],
    ["bob", "group:devs", "Ops"],
  );
  const owned = ownershipOf(namespace("team-a", annotations)) as Owned;
  const standing = (username?: string, ...groups: string[]) =>
    standingOf({ ...(username === undefined ? {} : { username }), groups }, owned);

  it("is by user name, or by group", () => {
    expect(standing("alice")).to.equal("owner");
    expect(standing("carol", "leads")).to.equal("owner");
    expect(standing("bob")).to.equal("member");
    expect(standing("carol", "devs")).to.equal("member");
    expect(standing("bob", "leads")).to.equal("owner");
    expect(standing("system:serviceaccount:ci:deployer")).to.equal("owner");
  });

  it("takes no user for a group, and no group for a user", () => {
    expect(standing("leads")).to.equal("stranger");
    expect(standing("carol", "alice")).to.equal("stranger");
  });

  it("compares byte for byte", () => {
    for (const name of ["Alice", "alice ", " alice", "\u0430lice", "alice\n", "", "ops"]) {
      expect(standing(name), name).to.equal("stranger");
    }
    expect(standing(undefined)).to.equal("stranger");
    expect(standing("Ops")).to.equal("member");
  });

  it("has the namespace's own accounts as members, and those of others as strangers", () => {
    expect(standing("system:serviceaccount:team-a:default")).to.equal("member");
    expect(standing("system:serviceaccount:team-ab:default")).to.equal("stranger");
    expect(standing("system:serviceaccount:ci:other")).to.equal("stranger");
    expect(standing("system:serviceaccount:other:deployer")).to.equal("stranger");
  });
});

describe("isOwnAccount(username, accountPrefix)", () => {
  it("wants a name after the prefix, and no colon in it", () => {
    const prefix = "system:serviceaccount:a:";
    expect(isOwnAccount(`${prefix}bot`, prefix)).to.equal(true);
    expect(isOwnAccount(prefix, prefix)).to.equal(false);
    expect(isOwnAccount(`${prefix}b:c`, prefix)).to.equal(false);
  });
});
