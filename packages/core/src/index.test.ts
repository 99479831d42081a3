import { expect } from "chai";
import { describe, it } from "mocha";
import * as core from "./index.ts";

describe("@gatewright/core", () => {
  it("is small enough to read aloud", () => {
    expect(Object.keys(core).toSorted()).to.deep.equal([
      ...[
        "ClusterError",
        "ConfigurationError",
        "GatewrightError",
        "createLogger",
        "createPipeline",
        "createServer",
      ],
      ...["decodeReview", "definePlugin", "describeServer", "encodeReview", "errorCodes"],
      ...["faultText", "holdLease", "inspectConfigFile", "loadConfigFile", "loadConfigText"],
      ...["parseLabelSelector", "parseResourceKey"],
      ...["responseOf", "serve", "silentLogger"],
    ]);
  });
});
