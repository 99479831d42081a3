import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { memoryFor, PART_NUMBERS, scanJson, TOO_DEEP, UNKNOWN } from "./json-scan.ts";

const scan = (json: string | Buffer, levels = 1_000, least = 256) =>
  scanJson(Buffer.from(json as string), levels, least);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

/** What the parts of a text are, as text. */
function partsOf(json: string, least = 256): string[] {
  const bytes = Buffer.from(json);
  const { found, parts } = scanJson(bytes, 1_000, least);
  return Array.from({ length: found }, (_, part) => {
    const at = part * PART_NUMBERS;
    return bytes.toString("utf8", parts[at], parts[at + 1]);
  });
}

describe("scanJson(json, levels, least): JsonScan", () => {
  const pieces = [
    ...[
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"',
      "\\",
      "/",
      " ",
      "\t",
      "\n",
      "\r",
      "\u0000",
      "\u001f",
      "\u007f",
    ],
    ...[
      "\f",
      "\u00a0",
      "\ufeff",
      "\u2028",
      "é",
      "😀",
      '"a"',
      '"a":',
      '"a":1',
      "{}",
      "[]",
      '\\"',
      "\\u",
    ],
    ...[
      "\\u12aF",
      "\\u12g0",
      "\\n",
      "\\x",
      "0",
      "1",
      "9",
      "-",
      "+",
      ".",
      "e",
      "E",
      "00",
      "-0",
      "1.5",
    ],
    ...[
      "1e5",
      "1E+5",
      "0.",
      ".5",
      "true",
      "false",
      "null",
      "tru",
      "nul",
      "fals",
      "True",
      "NaN",
      "//",
    ],
  ];

  it("takes for JSON what JSON.parse does, and nothing else", () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join(""));
    const quoted = soup.map((text) => `["${text}"]`);
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 2 }), fc.constantFrom("", ...pieces))
      .map(([json, at, length, piece]) => {
        const start = at % (json.length + 1);
        return json.slice(0, start) + piece + json.slice(start + length);
      });
    fc.assert(
      fc.property(fc.oneof(soup, quoted, broken, fc.json()), (text) => {
        // Half a surrogate pair cannot come in UTF-8.
        const whole = text.toWellFormed();
        expect(scan(whole).found !== UNKNOWN, JSON.stringify(whole)).to.equal(isJson(whole));
      }),
      { numRuns: 20_000 },
    );
  });

  it("knows each number, literal and escape, and each that is none", () => {
    const texts = [
      ...[
        "0",
        "-0",
        "10",
        "-1.50",
        "1e0",
        "1E-07",
        "0.0e+10",
        "true",
        "false",
        "null",
        '""',
        "{}",
        "[]",
      ],
      ...[
        "",
        "-",
        "01",
        "-01",
        "1.",
        ".1",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "1 2",
        "truee",
        "tRue",
        "nul",
        "falsf",
      ],
      ...[
        '"\\u0000"',
        '"\\uD83D"',
        '"\\u00g0"',
        '"\\u000"',
        '"\\',
        '"\\"',
        '"\\a"',
        '"\\/\\b\\f\\n\\r\\t"',
      ],
      ...[
        "[1,]",
        "[,1]",
        '{"a":1,}',
        "{,}",
        '{"a"}',
        '{"a":}',
        '{a":1}',
        '{"a" : 1 , "b":[ ] }',
        "[1}",
        '{"a":1]',
      ],
      ...[
        "]",
        "}",
        "[",
        "{",
        '{"',
        "[[]",
        "[]]",
        '"a" "b"',
        " 1\t\r\n",
        "\f1",
        "1\u0000",
        '"\u0001"',
        '"\n"',
      ],
    ];
    for (const text of texts) {
      for (const whole of [text, `[${text}]`, `{"${"k".repeat(20)}":${text}}`, ` ${text} `]) {
        expect(scan(whole).found !== UNKNOWN, JSON.stringify(whole)).to.equal(isJson(whole));
      }
    }
  });

  it("finds a string's end wherever in a block of 16 bytes it is", () => {
    for (let length = 0; length < 50; length += 1) {
      for (const end of ["", '\\"', "\\\\", "\\u0041", "é"]) {
        const text = `["${"x".repeat(length)}${end}",1]`;
        expect(scan(text).found, text).to.equal(0);
        expect(scan(text.slice(0, -4)).found, text).to.equal(UNKNOWN);
        expect(scan(text.replace("x", "\u0002")).found).to.equal(length > 0 ? UNKNOWN : 0);
      }
    }
  });

  it("is not led on by what was in its memory before", () => {
    scan(JSON.stringify(["x".repeat(100), { a: [1, 2, 3] }]));
    for (const text of ['["x', "[1", '{"a":[1', "[12", "tru"])
      expect(scan(text).found).to.equal(UNKNOWN);
  });

  it("knows how deep a text is, to the level", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const depth = depthOf(value);
        for (const json of [JSON.stringify(value), JSON.stringify(value, undefined, 1)]) {
          expect(scan(json, depth).found).to.equal(0);
          if (depth > 0) expect(scan(json, depth - 1).found).to.equal(TOO_DEEP);
        }
      }),
    );
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['[{},{"},{":', "}]"],
    ] as const) {
      const levels = open.includes("},") ? 2 : 1;
      const deep = (count: number) => `${open.repeat(count)}1${close.repeat(count)}`;
      expect(scan(deep(1_000 / levels)).found).not.to.be.below(0);
      expect(scan(deep(1_000 / levels + 1)).found).to.equal(TOO_DEEP);
      expect(scan(deep(40_000)).found).to.equal(TOO_DEEP);
    }
  });

  it("finds what is long at the levels 7, 9 and 11, what is within before what holds it", () => {
    const long = JSON.stringify({ long: "x".repeat(247) });
    expect(long.length).to.equal(258);
    const at = (levels: number, inner: string) =>
      `${"[".repeat(levels)}${inner}${"]".repeat(levels)}`;
    expect(partsOf(at(5, long))).to.deep.equal([]);
    expect(partsOf(at(6, long))).to.deep.equal([long]);
    expect(partsOf(at(6, long), 259)).to.deep.equal([]);
    expect(partsOf(at(6, long), 258)).to.deep.equal([long]);
    expect(partsOf(at(7, long))).to.deep.equal([`[${long}]`]);
    expect(partsOf(at(8, long))).to.deep.equal([long, `[[${long}]]`]);
    expect(partsOf(at(11, long))).to.deep.equal([1, 3, 5].map((levels) => at(levels, long)));
    const mixed = `[${long},{"a":${long}}]`;
    expect(partsOf(at(6, `1, ${long} ,${mixed}`))).to.deep.equal([long, long, mixed]);
  });

  it("has room for all the parts that a text of its size can have", () => {
    const item = `[[[[["${"x".repeat(252)}"]]]]]`;
    const count = Math.floor((1024 * 1024 - 12) / 265);
    const json = `[[[[[[${Array(count).fill(item).join(",")}]]]]]]`;
    expect(json.length).to.be.within(1024 * 1024 - 600, 1024 * 1024);
    const { found, parts } = scan(json, 1_000, 256);
    expect(found).to.equal(3 * count);
    const last = (found - 1) * PART_NUMBERS;
    expect(json.slice(parts[last], parts[last + 1])).to.equal(item);
    const chains = `[[[[[[${Array(4)
      .fill(`${"[".repeat(900)}"${"x".repeat(260_000)}"${"]".repeat(900)}`)
      .join(",")}]]]]]]`;
    expect(scan(chains).found).to.equal(4 * 3);
  });

  it("reads a text where it was put together, and one from elsewhere", () => {
    const json = JSON.stringify([[1], { a: {} }]);
    const memory = memoryFor(json.length) as Buffer;
    memory.write(json);
    expect(scanJson(memory, 3, 256).found).to.equal(0);
    expect(scanJson(memory, 2, 256).found).to.equal(TOO_DEEP);
    expect(scanJson(Buffer.from(json), 2, 256).found).to.equal(TOO_DEEP);
  });

  it("does not know of a text that is larger than its memory", () => {
    const large = Buffer.from(JSON.stringify(["x".repeat(1024 * 1024)]));
    expect(memoryFor(large.length)).to.equal(undefined);
    expect(scanJson(large, 1_000, 256).found).to.equal(UNKNOWN);
    const fits = Buffer.from(JSON.stringify("x".repeat(1024 * 1024 - 2)));
    expect(scanJson(fits, 1_000, 256).found).to.equal(0);
  });
});
