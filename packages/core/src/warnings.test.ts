import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { warningsToSend } from "./warnings.ts";

/**
 * What kube-apiserver shows of them: `AddWarning` of apiserver/pkg/endpoints/filters/warning.go, and
 * `NewWarningHeader` of apimachinery/pkg/util/net/http.go.
 */
function shownByApiServer(warnings: readonly string[]): string[] {
  const recorded = new Set<string>();
  const ordered: string[] = [];
  let shown: string[] = [];
  let written = 0;
  let truncating = false;
  const cut = (text: string) => (truncating ? [...text].slice(0, 256).join("") : text);
  const isLegal = (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text);
  for (const text of warnings) {
    if (text === "" || (written >= 4_096 && truncating) || recorded.has(text)) continue;
    recorded.add(text);
    ordered.push(text);
    const item = cut(text);
    if (!isLegal(item)) continue;
    if (written + [...item].length <= 4_096 || truncating) {
      written += [...item].length;
      shown.push(item);
      continue;
    }
    truncating = true;
    shown = ordered.map(cut).filter(isLegal);
    written = shown.reduce((sum, line) => sum + [...line].length, 0);
  }
  return shown;
}

describe("warningsToSend(warnings): string[]", () => {
  const cases: Record<string, [given: string[], sent: string[]]> = {
    "one line": [["a"], ["a"]],
    "a newline makes two": [
      ["a\nb", "c\r\nd\re"],
      ["a", "b", "c", "d", "e"],
    ],
    "other line separators as well": [["a\u2028b\u2029c\u0085d"], ["a", "b", "c", "d"]],
    "control characters are escaped": [["a\u0007b\u001b[1m\u0000"], ["a\\u0007b\\u001b[1m\\u0000"]],
    "a tab is a space": [["a\tb"], ["a b"]],
    "half a surrogate pair is replaced": [["a\ud800b"], ["a\ufffdb"]],
    "blank ones go": [["", " ", "\n\n", "a"], ["a"]],
    "repetitions go": [
      ["a", "b", "a", "a\nb"],
      ["a", "b"],
    ],
    "everything else stays": [['"\\ é 😀 <b>'], ['"\\ é 😀 <b>']],
  };
  for (const [what, [given, sent]] of Object.entries(cases)) {
    it(what, () => expect(warningsToSend(given)).to.deep.equal(sent));
  }

  it("leaves 4,096 characters in total as they are, counted as Go counts them", () => {
    const exactly = ["😀".repeat(4_000), "x".repeat(96)];
    expect(warningsToSend(exactly)).to.deep.equal(exactly);
    expect(shownByApiServer(exactly)).to.deep.equal(exactly);
  });

  it("cuts each to 256 where they are too long, and says so", () => {
    const sent = warningsToSend(["a".repeat(4_000), "b".repeat(97), "short"]);
    expect(sent).to.deep.equal([`${"a".repeat(255)}…`, "b".repeat(97), "short"]);
    expect(shownByApiServer(sent)).to.deep.equal(sent);
  });

  it("says how many more there were", () => {
    const long = Array.from({ length: 20 }, (_, n) => `${n}`.padEnd(300, "x"));
    const sent = warningsToSend(long);
    expect(sent).to.have.length(16);
    expect(sent.at(-1)).to.equal("and 5 more warnings");
    expect(shownByApiServer(sent)).to.deep.equal(sent);
  });

  it("sends as many short ones as there is room for", () => {
    const many = Array.from({ length: 500 }, (_, n) => `warning number ${n}`.padEnd(50, "."));
    const sent = warningsToSend(many);
    expect(sent.length).to.be.above(80);
    expect(sent.slice(0, -1)).to.deep.equal(many.slice(0, sent.length - 1));
    expect(sent.at(-1)).to.equal(`and ${500 - sent.length + 1} more warnings`);
  });

  it("never sends what the API server would drop, or cut", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ unit: "grapheme", minLength: 200, maxLength: 700 }),
      fc.constantFrom("\n", "a\nb", "\u0000", "\ud800"),
    );
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 60 }), (given) => {
        const sent = warningsToSend(given);
        expect(shownByApiServer(sent)).to.deep.equal(sent);
        expect(sent.length > 0).to.equal(given.some((text) => /[^\s\u0085]/u.test(text)));
      }),
    );
  });
});
