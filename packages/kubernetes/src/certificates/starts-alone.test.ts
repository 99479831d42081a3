import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";

/** Denies for a while, as before its RBAC is there; nothing else keeps the process. */
const PROGRAM = `
import { ClusterError, silentLogger } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { selfManagedCertificate } from "./self-managed-certificate.ts";
const cluster = createFakeCluster();
let calls = 0;
const denied = new ClusterError("denied", { status: 403, reason: "Forbidden" });
const get = (...call) => (calls++ < 3 ? Promise.reject(denied) : cluster.get(...call));
const source = await selfManagedCertificate({ propagationSeconds: 1 })({
  connection: async () => ({ ...cluster, get }),
  log: silentLogger,
  onReload() {},
  onError() {},
});
console.log(source.current().subjectAltNames[0]);
`;

describe("selfManagedCertificate(options), in a process that has nothing else to do", () => {
  it("waits for its permissions, and lets the process end once it is there", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", PROGRAM],
      { cwd: import.meta.dirname },
    );
    expect(stdout).to.equal("gatewright.default.svc\n");
  });
});
