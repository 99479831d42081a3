import { expect } from "chai";
import { describe, it } from "mocha";
import { SYSTEM_CONTROLLERS } from "./system-controllers.ts";

describe("SYSTEM_CONTROLLERS", () => {
  it("names accounts exactly, each once, and no group", () => {
    expect(new Set(SYSTEM_CONTROLLERS).size).to.equal(SYSTEM_CONTROLLERS.length);
    for (const name of SYSTEM_CONTROLLERS) {
      expect(name).to.match(/^system:(serviceaccount:kube-system:)?[a-z0-9-]+$/);
    }
  });
});
