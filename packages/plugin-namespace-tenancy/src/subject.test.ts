import { expect } from "chai";
import { describe, it } from "mocha";
import { quoted, shown } from "./shown.ts";
import { keyOf, shownSubject, type Subject, subjectOf, usernameOf } from "./subject.ts";

describe("subjectOf(username)", () => {
  it("is a user, or the service account of that name", () => {
    expect(subjectOf("alice")).to.deep.equal({ kind: "User", name: "alice" });
    expect(subjectOf("system:serviceaccount:ci:deployer")).to.deep.equal({
      kind: "ServiceAccount",
      namespace: "ci",
      name: "deployer",
    });
  });

  it("takes nothing for a service account that none can be called", () => {
    for (const name of [
      "system:serviceaccount:a:b:c",
      "system:serviceaccount:a:",
      "system:serviceaccount::b",
      "system:serviceaccount:A:b",
      "system:serviceaccount:a:b\n",
      "System:serviceaccount:a:b",
      "system:serviceaccount:a-:b",
      `system:serviceaccount:${"a".repeat(64)}:b`,
      // RoleBindings that name one of these, the API server refuses.
      "system:serviceaccount:a:b-",
      "system:serviceaccount:a:b..c",
      "system:serviceaccount:a:b.-c",
      `system:serviceaccount:a:${"b".repeat(254)}`,
    ]) {
      expect(subjectOf(name), name).to.deep.equal({ kind: "User", name });
    }
  });

  it("takes the longest names that service accounts can have", () => {
    const [namespace, name] = ["a".repeat(63), `${"b".repeat(100)}.${"c".repeat(152)}`];
    expect(subjectOf(`system:serviceaccount:${namespace}:${name}`)).to.deep.equal({
      kind: "ServiceAccount",
      namespace,
      name,
    });
  });

  it("is nobody of an empty name, or one that is too long", () => {
    expect(subjectOf("")).to.equal(undefined);
    expect(subjectOf("x".repeat(1025))).to.equal(undefined);
  });

  it("is undone by usernameOf", () => {
    for (const name of ["alice", "system:serviceaccount:ci:deployer", "a,b", "system:node:n"]) {
      expect(usernameOf(subjectOf(name) as Subject)).to.equal(name);
    }
    expect(usernameOf({ kind: "Group", name: "alice" })).to.equal(undefined);
  });
});

describe("keyOf(subject)", () => {
  it("tells accounts of one name in two namespaces apart", () => {
    const bot = (namespace: string): Subject => ({
      kind: "ServiceAccount",
      namespace,
      name: "bot",
    });
    expect(keyOf(bot("a"))).not.to.equal(keyOf(bot("b")));
  });

  it("tells a user from an account of equal text", () => {
    const keys = [
      keyOf({ kind: "User", name: "a:b" }),
      keyOf({ kind: "ServiceAccount", namespace: "a", name: "b" }),
      keyOf({ kind: "Group", name: "a:b" }),
    ];
    expect(new Set(keys).size).to.equal(3);
  });
});

describe("shown(name), quoted(name)", () => {
  it("leaves alone what is plain, and quotes what could pass for something else", () => {
    expect(shown("alice")).to.equal("alice");
    expect(shown("alice@example.com")).to.equal("alice@example.com");
    expect(shown("system:node:n1")).to.equal("system:node:n1");
    expect(shown("alice, bob")).to.equal('"alice, bob"');
    expect(shown("alice ")).to.equal('"alice "');
    expect(shown("")).to.equal('""');
    expect(shown("\u0430lice")).to.equal('"\\u0430lice"');
    expect(shown('a"b')).to.equal('"a\\"b"');
    expect(shown("a\nError: b")).to.equal('"a\\nError: b"');
    expect(quoted("a\u007f\u2028\u{1f600}")).to.equal('"a\\u007f\\u2028\\ud83d\\ude00"');
    expect(shown("x".repeat(200))).to.equal(`"${"x".repeat(100)}"... (200 characters)`);
  });

  it("tells the kinds apart", () => {
    expect(shownSubject({ kind: "Group", name: "devs" })).to.equal("group devs");
    expect(shownSubject({ kind: "User", name: "group devs" })).to.equal('"group devs"');
    expect(shownSubject({ kind: "ServiceAccount", namespace: "ci", name: "bot" })).to.equal(
      "service account ci/bot",
    );
  });
});
