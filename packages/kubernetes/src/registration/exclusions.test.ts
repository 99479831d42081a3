import type { Rule } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { everything, pods } from "../../test/endpoints.ts";
import { excludedByName } from "./exclusions.ts";

const rule = (group: string, resource: string): Rule => ({
  ...everything,
  apiGroups: [group],
  resources: [resource],
});

describe("excludedByName(rules, include)", () => {
  it("finds what rules name, and not what they reach by a wildcard", () => {
    expect(excludedByName([everything, pods], [])).to.deep.equal([]);
    expect(excludedByName([rule("", "nodes/status"), pods], [])).to.deep.equal(["nodes"]);
    expect(excludedByName([rule("*", "leases")], [])).to.deep.equal(["leases"]);
    expect(excludedByName([rule("authentication.k8s.io", "*")], [])).to.deep.equal(["reviews"]);
  });

  it("is content with what is included", () => {
    expect(excludedByName([rule("", "nodes")], ["nodes"])).to.deep.equal([]);
  });
});
