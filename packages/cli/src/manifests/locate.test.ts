import { expect } from "chai";
import { describe, it } from "mocha";
import { locate } from "./locate.ts";

const text = `# A comment first
a: &shared { b: [1, { c: 2 }] }
"x/y":
  - z: *shared
`;

describe("locate(text, issues)", () => {
  const placeOf = (pointer: string) => {
    const [issue] = locate(text, [{ code: "GW_CONFIG_INVALID", pointer, message: "x" }]);
    return `${issue?.line}:${issue?.column}`;
  };
  for (const [pointer, place] of Object.entries({
    "": "2:1",
    "/a": "2:1",
    "/a/b": "2:14",
    "/a/b/1": "2:21",
    "/a/b/1/c": "2:23",
    "/x~1y": "3:1",
    "/x~1y/0/z": "4:5",
    // What is missing is missing in what should hold it.
    "/missing/more": "2:1",
    "/a/b/9": "2:14",
    // An alias has no lines of its own.
    "/x~1y/0/z/b": "4:5",
  })) {
    it(`finds ${pointer === "" ? "the file" : pointer} at ${place}`, () => {
      expect(placeOf(pointer)).to.equal(place);
    });
  }

  it("finds something in an empty file", () => {
    const [issue] = locate("", [{ code: "GW_CONFIG_INVALID", pointer: "/a", message: "x" }]);
    expect(issue).to.include({ line: 1, column: 1 });
  });
});
