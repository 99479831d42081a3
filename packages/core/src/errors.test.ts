import { expect } from "chai";
import { describe, it } from "mocha";
import { BadReview, ClusterError, errorCodes, GatewrightError } from "./errors.ts";

describe("new GatewrightError(code, message, options?)", () => {
  it("is an error with a code and a cause", () => {
    const cause = new Error("why");
    const error = new GatewrightError("GW_LISTEN", "cannot", { cause });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({
      name: "GatewrightError",
      code: "GW_LISTEN",
      message: "cannot",
      cause,
    });
    expect(String(error)).to.equal("GatewrightError: cannot");
  });
});

describe("new BadReview(status, message)", () => {
  it("is an error with an HTTP status", () => {
    expect(new BadReview(413, "too large")).to.include({ code: "GW_BAD_REVIEW", status: 413 });
  });
});

describe("new ClusterError(message, details)", () => {
  it("is an error with what the API server said, and what was the matter beneath", () => {
    const cause = new Error("why");
    const details = { status: 429, reason: "TooManyRequests", retryAfterSeconds: 2, cause };
    expect(new ClusterError("GET it: not now", details)).to.include({
      name: "ClusterError",
      code: "GW_CLUSTER",
      message: "GET it: not now",
      ...details,
    });
  });
});

describe("errorCodes", () => {
  it("each has a sentence", () => {
    for (const [code, meaning] of Object.entries(errorCodes)) {
      expect(code).to.match(/^GW_[A-Z_]+$/);
      expect(meaning).to.match(/^[A-Z`d].*\.$/);
    }
  });
});
