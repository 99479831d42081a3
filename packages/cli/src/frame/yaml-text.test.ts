import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

const words = [
  "yes",
  "no",
  "on",
  "y",
  "~",
  "null",
  "0755",
  "0o755",
  "1_000",
  "1:30",
  "0x1f",
  "1e3",
];
const more = [
  "2024-01-01",
  "=",

  "- a",
  "a: b",
  "#",
  "",
  " a",
  "%",
  "@",
  "|",
  ".5",
  "+1",
  "NaN",
];

describe("yamlText(data)", () => {
  it("is read alike by readers of YAML 1.1 and 1.2", () => {
    const text = fc.oneof(fc.constantFrom(...words, ...more), fc.string({ unit: "grapheme" }));
    const data = fc.array(fc.dictionary(text, fc.oneof(text, fc.boolean(), fc.integer())));
    fc.assert(
      fc.property(data, (given) => {
        const written = yamlText(given);
        for (const version of ["1.1", "1.2"] as const) {
          // fast-check's objects have no prototype.
          expect(JSON.stringify(parse(written, { version }))).to.equal(JSON.stringify(given));
        }
      }),
    );
  });

  it("quotes nothing that needs no quotes, keeps lines of text as lines, and repeats what is the same", () => {
    const limits = { cpu: "100m", memory: "256Mi" };
    expect(yamlText({ limits, requests: limits, text: "a: 1\nb: 2\n" })).to.equal(
      "limits:\n  cpu: 100m\n  memory: 256Mi\nrequests:\n  cpu: 100m\n  memory: 256Mi\ntext: |\n  a: 1\n  b: 2\n",
    );
  });
});
