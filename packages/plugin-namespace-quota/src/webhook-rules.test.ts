import { expect } from "chai";
import { describe, it } from "mocha";
import { configOf } from "../test/config.ts";
import type { ConfigWritten } from "./config.ts";
import { webhookRules } from "./webhook-rules.ts";

/** `group/resource: OPERATIONS`, in order. */
function seen(rules: ConfigWritten["rules"], rest: Partial<ConfigWritten> = {}): string[] {
  return webhookRules(configOf({ rules, ...rest })).flatMap(
    ({ apiGroups, apiVersions, resources, operations, scope }) => {
      expect(apiVersions).to.deep.equal(["*"]);
      const isOfCluster = resources.every((one) => one.startsWith("namespaces"));
      expect(scope).to.equal(isOfCluster ? "Cluster" : "Namespaced");
      return resources.map((one) => `${apiGroups.join()}/${one}: ${operations.join(" ")}`);
    },
  );
}

const KEPT = ["/resourcequotas: CREATE UPDATE DELETE", "/resourcequotas/status: UPDATE"];

describe("webhookRules(config)", () => {
  it("what is kept, what is counted, and the end of what is built-in", () => {
    expect(seen([{ quota: { configmaps: 1 } }])).to.deep.equal([
      ...KEPT,
      "/configmaps: CREATE DELETE",
    ]);
    expect(seen([{ quota: { pods: 1 } }])).to.deep.equal([...KEPT, "/pods: CREATE"]);
    expect(seen([{ quota: { configmaps: 1 } }], { builtIn: {} })).to.include("/configmaps: CREATE");
  });

  it("UPDATEs where they can raise something", () => {
    const quota = {
      pods: 1,
      "requests.cpu": 1,
      services: 1,
      "requests.storage": 1,
      "count/jobs.batch": 1,
      "gold.deviceclass.resource.k8s.io/devices": 1,
    };
    expect(seen([{ quota }])).to.have.members([
      ...KEPT,
      "/pods: CREATE",
      "/pods/resize: UPDATE",
      "/services: CREATE",
      "/persistentvolumeclaims: CREATE UPDATE",
      "batch/jobs: CREATE",
      "resource.k8s.io/resourceclaims: CREATE UPDATE",
    ]);
    expect(seen([{ quota: { services: 1 } }, { quota: { "services.nodeports": 0 } }])).to.include(
      "/services: CREATE UPDATE",
    );
  });

  it("LimitRanges where there are any", () => {
    const limitRange = { limits: [{ type: "Pod", max: { cpu: 1 } }] };
    expect(seen([{ limitRange }])).to.have.members([
      ...KEPT,
      "/limitranges: CREATE UPDATE DELETE",
      "/pods: CREATE",
    ]);
  });

  it("namespaces where their labels or annotations decide", () => {
    const changes = ["namespaces", "namespaces/status", "namespaces/finalize"].map(
      (one) => `/${one}: UPDATE`,
    );
    const quota = { secrets: 1 };
    for (const match of [{ labelSelector: "a" }, { annotations: { a: "b" } }]) {
      expect(
        seen([
          { match: { names: ["a"] }, quota },
          { match, quota },
        ]),
      ).to.deep.equal([...KEPT, "/secrets: CREATE", ...changes]);
    }
  });

  it("does not mind a key that counts nothing: the server will not start", () => {
    expect(seen([{ quota: { nonsense: 1 } }])).to.deep.equal(KEPT);
  });
});
