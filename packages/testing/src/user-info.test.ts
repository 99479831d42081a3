import { expect } from "chai";
import { describe, it } from "mocha";
import { userInfoOf } from "./user-info.ts";

describe("userInfoOf({ user, groups, serviceAccount })", () => {
  it("gives the groups that authenticators give", () => {
    const of = (user: string, groups?: string[]) =>
      userInfoOf({ user, ...(groups && { groups }) }).groups;
    expect(of("alice")).to.deep.equal(["system:authenticated"]);
    expect(of("alice", ["developers", "system:masters"])).to.deep.equal([
      "developers",
      "system:masters",
      "system:authenticated",
    ]);
    expect(of("system:anonymous")).to.deep.equal(["system:unauthenticated"]);
    expect(of("system:node:worker-1")).to.deep.equal(["system:nodes", "system:authenticated"]);
    expect(of("system:kube-scheduler")).to.deep.equal(["system:authenticated"]);
  });

  it("names a service account either way", () => {
    const builder = {
      username: "system:serviceaccount:shop:builder",
      groups: ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"],
    };
    expect(userInfoOf({ serviceAccount: "shop:builder" })).to.deep.equal(builder);
    expect(userInfoOf({ user: "system:serviceaccount:shop:builder" })).to.deep.equal(builder);
    expect(() => userInfoOf({ serviceAccount: "builder" })).to.throw('not "namespace:name"');
    expect(() => userInfoOf({ serviceAccount: "a:b", user: "c" })).to.throw("not both");
  });

  it("is alice where nobody is named, and takes a whole userInfo as it is", () => {
    expect(userInfoOf({})).to.deep.equal({ username: "alice", groups: ["system:authenticated"] });
    const user = { username: "x", uid: "1", groups: [], extra: { scopes: ["a"] } };
    expect(userInfoOf({ user })).to.deep.equal(user);
    expect(userInfoOf({ user })).to.not.equal(user);
    expect(() => userInfoOf({ user, groups: ["g"] })).to.throw("has its groups in it");
  });
});
