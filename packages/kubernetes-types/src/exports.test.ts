import { expect } from "chai";
import { describe, it } from "mocha";
import { readGeneratedFiles } from "../../../scripts/kubernetes-types/write-files.ts";

describe("@gatewright/kubernetes-types/<group>/<version>", () => {
  const files = [...readGeneratedFiles(import.meta.dirname).keys()];
  const modules = files.filter((file) => file.includes("/")).map((file) => file.slice(0, -3));

  it("has every group and version that is generated", () => {
    expect(modules).to.include.members(["core/v1", "apps/v1", "meta/v1", "resource/v1beta2"]);
    for (const module of modules) {
      const url = import.meta.resolve(`@gatewright/kubernetes-types/${module}`);
      expect(url.endsWith(`/dist/${module}.js`), url).to.equal(true);
    }
  });

  it("has nothing else", () => {
    for (const module of ["kinds", "index", "core/connect-options", "meta/write-options"]) {
      expect(() => import.meta.resolve(`@gatewright/kubernetes-types/${module}`)).to.throw(
        'not defined by "exports"',
      );
    }
  });
});
