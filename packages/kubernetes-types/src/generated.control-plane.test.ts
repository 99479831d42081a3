import { join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { askControlPlane } from "../../../scripts/generate-kubernetes-types.ts";
import {
  generatedFiles,
  readGeneratedFiles,
} from "../../../scripts/kubernetes-types/write-files.ts";

describe("@gatewright/kubernetes-types", () => {
  it("is what `pnpm generate:types` writes for this version of Kubernetes", async function () {
    const checkedIn = readGeneratedFiles(import.meta.dirname);
    const api = await askControlPlane();
    const head = checkedIn.get("kinds.ts")?.split("\n", 1)[0];
    // KUBEBUILDER_ASSETS may bring another version: then there is nothing to compare with.
    if (head?.includes(` ${api.gitVersion} `) !== true) this.skip();

    const generated = generatedFiles(api);
    expect([...checkedIn.keys()]).to.have.members([...generated.keys()]);
    for (const [path, text] of generated) {
      expect(checkedIn.get(path) === text, join("src", path)).to.equal(true);
    }
  });
});
