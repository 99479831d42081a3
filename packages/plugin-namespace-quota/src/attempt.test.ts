import { ClusterError } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { attempt } from "./attempt.ts";

describe("attempt(write)", () => {
  const refused = (status: number) =>
    Promise.reject(new ClusterError("no", { status, reason: "" }));

  it("looks again soon where somebody was faster", async () => {
    expect(await attempt(Promise.resolve())).to.equal(undefined);
    expect(await attempt(refused(409))).to.equal(100);
    expect(await attempt(refused(404))).to.equal(100);
  });

  it("throws whatever else it is", async () => {
    for (const status of [0, 403, 422, 500]) {
      const error = await attempt(refused(status)).catch((error: unknown) => error);
      expect(error).to.be.instanceOf(ClusterError);
    }
  });
});
