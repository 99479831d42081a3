import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { stringify } from "yaml";
import { parseYaml } from "./parse-yaml.ts";

async function said(text: string): Promise<string[]> {
  const { issues } = await parseYaml(text);
  return issues.map(
    ({ line, column, pointer, message, code }) =>
      `${line}:${column} ${pointer} ${message} ${code === "GW_CONFIG_UNREADABLE" ? "!" : ""}`,
  );
}

async function valueOf(text: string): Promise<unknown> {
  const { value, issues } = await parseYaml(text);
  expect(issues, text).to.deep.equal([]);
  return value;
}

describe("parseYaml(text)", () => {
  it("reads YAML 1.2, whatever a directive says", async () => {
    const text = "%YAML 1.1\n---\na: yes\nb: 0755\nc: 0o755\nd: 2026-11-01\ne: ~\n'<<': 1\n";
    expect(await valueOf(text)).to.deep.equal({
      a: "yes",
      b: 755,
      c: 0o755,
      d: "2026-11-01",
      e: null,
      "<<": 1,
    });
  });

  it("reads back whatever JSON was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (json) => {
        const value: unknown = JSON.parse(json);
        for (const text of [json, stringify(value)]) {
          const parsed = await parseYaml(text);
          // A number that no double holds exactly is refused, not rounded.
          if (parsed.issues.length === 0) expect(parsed.value).to.deep.equal(value);
          else expect(parsed.issues[0]?.message).to.include("no number that JavaScript can hold");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("throws nothing, whatever it reads", async () => {
    const pieces = ["a: ", "- ", "\n", "  ", "&a ", "*a", "[", "]", "{", "}", ",", "? ", "!!str "];
    const more = [
      "---\n",
      "...\n",
      "|",
      ">-",
      '"',
      "'",
      "<<: ",
      "#",
      "\t",
      "~",
      "%YAML 1.1\n",
      "!x ",
    ];
    const structured = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 });
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      structured.map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (garbage) => {
        const { issues } = await parseYaml(garbage);
        for (const { line, column } of issues)
          expect(line).to.be.above(0) && expect(column).above(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes __proto__ and constructor for names", async () => {
    const value = await valueOf("__proto__: { polluted: true }\nconstructor: 1\n");
    expect(Object.keys(value as object)).to.deep.equal(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect((value as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it("copies what an alias means, so that none changes with another", async () => {
    const { value } = (await parseYaml("a: &x { n: [1] }\nb: *x\nc: *x\n")) as {
      value: Record<string, unknown>;
    };
    expect(value).to.deep.equal({ a: { n: [1] }, b: { n: [1] }, c: { n: [1] } });
    expect(value["b"]).to.not.equal(value["a"]);
    expect(value["c"]).to.not.equal(value["b"]);
  });

  it("takes the anchor that stood above the alias", async () => {
    const text = "a: &x 1\nb: &y [*x]\nc: &x 2\nd: [*x, *y]\n&k e: *k\n";
    expect(await valueOf(text)).to.deep.equal({ a: 1, b: [1], c: 2, d: [2, [1]], e: "e" });
    // What an alias means is read again, but the anchors in it are not set again.
    expect(await valueOf("[&y [&x 1], &x 2, *y, *x]")).to.deep.equal([[1], 2, [1], 2]);
  });

  it("refuses aliases that lead nowhere, or into themselves", async () => {
    expect(await said("a: *x\nb: &b { c: [*b] }\n*y : 1\n")).to.deep.equal([
      "1:4 /a the alias *x names no anchor above it ",
      "2:13 /b/c/0 the alias *b contains itself ",
      "3:1  a key must be text ",
    ]);
  });

  it("refuses what comes to too much", async () => {
    const level = (name: string, of: string) => `${name}: &${name} [${`${of}, `.repeat(10)}]\n`;
    const bomb = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    const text = bomb.map((name, index) => level(name, index === 0 ? "x" : `*${bomb[index - 1]}`));
    expect(await said(text.join(""))).to.deep.equal([
      "5:36  comes to more than 100000 values: too much for a configuration !",
    ]);
  });

  it("refuses what is nested too deeply", async () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    await valueOf(nested(100));
    expect(await said(nested(102))).to.deep.equal(["1:102  is nested deeper than 100 levels !"]);
    expect((await said(nested(50_000)))[0]).to.match(/1:\d+ {2}is nested too deeply to be read !/);
    expect(await said(`a: &a {}\n${"b: ".repeat(9)}`)).to.have.length(1);
  });

  it("says where a key is set twice", async () => {
    expect(await said('a: 1\nb:\n  "1": x\n  1: y\na: 2\n')).to.deep.equal([
      "4:3 /b/1 is set twice; first in line 3 ",
      "5:1 /a is set twice; first in line 1 ",
    ]);
  });

  it("refuses keys that are no text, and merge keys", async () => {
    expect(await said("a:\n  [b]: 1\n  ? { c: d }\n  : 2\n  <<: { e: f }\n")).to.deep.equal([
      "2:3 /a a key must be text ",
      "3:5 /a a key must be text ",
      '5:3 /a a merge key ("<<") is not of YAML 1.2: write the keys out ',
    ]);
  });

  it("refuses numbers that would be rounded", async () => {
    const numbers = ["9007199254740993", "0xFFFFFFFFFFFFFFFFFF", ".nan", "-.inf", "1e400"];
    for (const number of numbers) {
      expect(await said(`a: ${number}\n`)).to.deep.equal([
        `1:4 /a ${number} is no number that JavaScript can hold: put it in quotes if it is text `,
      ]);
    }
    expect(await valueOf("[9007199254740991, 1e300, 0.1, 0x1F]")).to.deep.equal([
      9_007_199_254_740_991, 1e300, 0.1, 31,
    ]);
  });

  it("refuses tags, and a second document", async () => {
    expect(await said("a: !!binary aGk=\n")).to.deep.equal([
      "1:4  not YAML: Unresolved tag: tag:yaml.org,2002:binary !",
    ]);
    expect(await said("a: !secret b\n")).to.deep.equal([
      "1:4  not YAML: Unresolved tag: !secret !",
    ]);
    expect(await said("a: 1\n---\nb: 2\n")).to.deep.equal([
      "2:1  a second document begins here (---); the file must hold one !",
    ]);
  });

  it("names each line that is wrong once", async () => {
    expect(await said("a: `b`\nc: [1, 2\nd: 'e'f\n")).to.deep.equal([
      "1:4  not YAML: Plain value cannot start with reserved character `; put the value in quotes !",
      "3:1  not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] !",
    ]);
    expect(await said("a: b: c: d: e\n")).to.have.length(1);
  });

  it("locates a pointer, or what should hold it", async () => {
    const { locate } = await parseYaml(
      "a:\r\n  - b: 1\r\n    c/d~: &x { e: 2 }\r\n  -\r\n  - *x\r\n",
    );
    const at = (pointer: string) => {
      const { line, column } = locate({ code: "GW_CONFIG_INVALID", pointer, message: "" });
      return `${line}:${column}`;
    };
    expect(at("")).to.equal("1:1");
    expect(at("/a")).to.equal("1:1");
    expect(at("/a/0")).to.equal("2:5");
    expect(at("/a/0/c~1d~0")).to.equal("3:5");
    expect(at("/a/0/c~1d~0/e")).to.equal("3:16");
    expect(at("/a/0/missing/below")).to.equal("2:5");
    expect(at("/a/2/e")).to.equal("3:16");
    expect(at("/a/7")).to.equal("1:1");
  });
});
