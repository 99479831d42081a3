import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { declaredExports } from "./declared-exports.ts";

describe("declaredExports(file)", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gatewright-exports-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes the declarations and says of each export of `index` whether it has a docstring. */
  function documented(files: Record<string, string>): Record<string, boolean> {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.d.ts`), text);
    }
    const all = declaredExports(join(folder, "index.d.ts"));
    return Object.fromEntries([...all].map(([name, one]) => [name, one.documented]));
  }

  it("wants a comment with two stars directly before the declaration", () => {
    const index = [
      "/** One. */\nexport declare function a(): void;",
      "/* Not one. */\nexport interface B {\n    /** a member's */\n    x: 1;\n}",
      "export type C = string;",
      "/**\n * Many lines.\n */\nexport declare const d = 1;",
    ];
    expect(documented({ index: index.join("\n") })).to.deep.equal({
      a: true,
      B: false,
      C: false,
      d: true,
    });
  });

  it("lets one documented overload speak for all", () => {
    const index =
      "/** Says it. */\nexport declare function a(): void;\nexport declare function a(x: 1): void;";
    expect(documented({ index })).to.deep.equal({ a: true });
  });

  it("follows re-exports to the declaration, by name, renamed, by star and by default", () => {
    const index = [
      'export { a, type B as Renamed, default as c } from "./other.ts";',
      'export * from "./star.js";',
    ];
    const other = [
      "/** Yes. */\nexport declare const a = 1;",
      "export interface B {\n}",
      "/** Yes. */\ndeclare const _default: 1;\nexport default _default;",
    ];
    const star = "export declare class D {\n}";
    const files = { index: index.join("\n"), other: other.join("\n"), star };
    expect(documented(files)).to.deep.equal({ a: true, Renamed: false, c: true, D: false });
  });

  it("leaves to another package what it declares", () => {
    expect(documented({ index: 'export type { Stats } from "node:fs";' })).to.deep.equal({});
  });

  it("refuses an export whose declaration it cannot find", () => {
    const index = 'export { a } from "./other.ts";';
    expect(() => documented({ index, other: "export {};" })).to.throw('no declaration of "a"');
  });
});
