import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { formatSubjects, parseSubjects } from "./subjects-annotation.ts";
import { keyOf, type Subject, subjectProblem } from "./subject.ts";

const user = (name: string): Subject => ({ kind: "User", name });
const problemOf = (text: string): string | undefined => parseSubjects(text).problem;

describe("parseSubjects(text)", () => {
  it("reads users, groups and service accounts", () => {
    const text =
      '[ {"kind":"User","name":"alice"}, {"name":"developers","kind":"Group"},\n' +
      ' {"kind":"ServiceAccount","namespace":"ci","name":"deployer"} ]';
    expect(parseSubjects(text).subjects).to.deep.equal([
      user("alice"),
      { name: "developers", kind: "Group" },
      { kind: "ServiceAccount", namespace: "ci", name: "deployer" },
    ]);
    expect(parseSubjects("[]").subjects).to.deep.equal([]);
  });

  it("splits no names, and changes none", () => {
    for (const name of [
      "CN=alice,OU=devs,O=example",
      'a"b',
      "a\nb",
      "alice ",
      " alice",
      "Alice",
      "caf\u00e9",
      "cafe\u0301",
      "\u0430lice",
      "a:b",
      "__proto__",
      "system:serviceaccount:a:b:c",
      "x".repeat(1024),
    ]) {
      expect(parseSubjects(formatSubjects([user(name)])).subjects).to.deep.equal([user(name)]);
    }
  });

  it("takes a user and a group of equal text for two", () => {
    const both: Subject[] = [user("ops"), { kind: "Group", name: "ops" }];
    expect(parseSubjects(formatSubjects(both)).subjects).to.deep.equal(both);
    expect(new Set(both.map(keyOf)).size).to.equal(2);
  });

  it("says what is malformed", () => {
    const alice = '{"kind":"User","name":"alice"}';
    const wrong: Record<string, RegExp> = {
      "": /empty/,
      " ": /no JSON$/,
      alice: /no JSON$/,
      "alice,bob": /no JSON$/,
      [alice]: /no JSON array/,
      null: /no JSON array/,
      '["alice"]': /\[0\]: it is no object/,
      "[[]]": /\[0\]: it is no object/,
      "[null]": /\[0\]: it is no object/,
      [`[${alice},{"kind":"User"}]`]: /\[1\]: it has no name/,
      '[{"kind":"user","name":"alice"}]': /kind/,
      '[{"name":"alice"}]': /kind/,
      '[{"kind":"User","name":5}]': /no name/,
      '[{"kind":"User","name":""}]': /empty/,
      '[{"kind":"User","name":"alice","apiGroup":""}]': /field other than/,
      '[{"kind":"User","name":"alice","__proto__":{}}]': /field other than/,
      '[{"kind":"User","namespace":"a","name":"alice"}]': /a User has no namespace/,
      '[{"kind":"ServiceAccount","name":"bot"}]': /needs its namespace/,
      '[{"kind":"ServiceAccount","namespace":"a:b","name":"bot"}]': /no service account can/,
      '[{"kind":"ServiceAccount","namespace":"a","name":"b:c"}]': /no service account can/,
      '[{"kind":"ServiceAccount","namespace":"a","name":"b-"}]': /no service account can/,
      '[{"kind":"ServiceAccount","namespace":"a","name":"b..c"}]': /no service account can/,
      [`[{"kind":"ServiceAccount","namespace":"a","name":"${"b".repeat(300)}"}]`]:
        /no service account can/,
      '[{"kind":"ServiceAccount","namespace":1,"name":"bot"}]': /namespace is no text/,
      '[{"kind":"User","name":"system:serviceaccount:a:b"}]': /write its kind as ServiceAccount/,
      '[{"kind":"User","name":"\\ud800"}]': /no Unicode/,
      [`[{"kind":"User","name":"${"x".repeat(1025)}"}]`]: /longer than 1024/,
      [`[${alice},${alice}]`]: /\[1\]: it is there twice/,
      '[{"kind":"User","name":"bob","name":"alice"}]': /a field is there twice/,
      '[{"kind":"User","name":"bob","na\\u006de":"alice"}]': /a field is there twice/,
      [`[${" ".repeat(65_536)}]`]: /longer than 65536/,
    };
    for (const [text, problem] of Object.entries(wrong)) {
      expect(problemOf(text), text.slice(0, 80)).to.match(problem);
    }
  });

  it("takes a hundred, and no more", () => {
    const many = (count: number) =>
      formatSubjects(Array.from({ length: count }, (_, index) => user(`u-${index}`)));
    expect(parseSubjects(many(100)).subjects).to.have.length(100);
    expect(problemOf(many(101))).to.equal("it lists 101 subjects, and at most 100 are allowed");
  });

  it("gives back what was written, whatever the names", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
    const subject = fc.oneof(
      fc.record({ kind: fc.constantFrom("User" as const, "Group" as const), name }),
      fc.record({ kind: fc.constant("ServiceAccount" as const), namespace: label, name: label }),
    );
    const subjects = fc.uniqueArray(subject, { selector: keyOf, maxLength: 20 });
    fc.assert(
      fc.property(subjects, (some) => {
        fc.pre(some.every((one) => subjectProblem(one) === undefined));
        expect(parseSubjects(formatSubjects(some)).subjects).to.deep.equal(some);
        expect(parseSubjects(JSON.stringify(some, undefined, 2)).subjects).to.deep.equal(some);
      }),
    );
  });

  it("never throws, and of any text gives either subjects or a problem", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `[${json}]`),
    );
    fc.assert(
      fc.property(text, (some) => {
        const { subjects, problem } = parseSubjects(some);
        expect(subjects === undefined).to.equal(problem !== undefined);
        for (const one of subjects ?? []) expect(subjectProblem(one)).to.equal(undefined);
      }),
    );
  });

  it("takes a change of any one character of a name for another subject", () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(keyOf(user(one)) === keyOf(user(other))).to.equal(one === other);
      }),
    );
  });
});
