import { expect } from "chai";
import { describe, it } from "mocha";
import { kindsFile } from "./kinds-file.ts";
import type { ApiResource, Schema, ServedApi } from "./openapi.ts";

function served(resources: readonly ApiResource[]): ServedApi {
  const schema = (group: string, kind: string): Schema => ({
    "x-kubernetes-group-version-kind": [{ group, version: "v1", kind }],
  });
  return {
    gitVersion: "v1.0.0",
    schemas: new Map([
      ["io.k8s.api.core.v1.Pod", schema("", "Pod")],
      ["io.k8s.api.policy.v1.Eviction", schema("policy", "Eviction")],
    ]),
    resourceLists: [{ groupVersion: "v1", resources }],
  };
}

const pod = { name: "pods", kind: "Pod", verbs: ["create", "delete", "get", "update"] };

describe("kindsFile(api)", () => {
  it("maps a resource to its kind's type", () => {
    const { text, schemaNames } = kindsFile(served([pod]));
    expect(text).to.contain('import type * as core_v1 from "./core/v1.ts";');
    expect(text).to.contain('  "v1/pods": core_v1.Pod;\n');
    expect(text).to.contain("export interface ServedOperations {\n}");
    expect([...schemaNames]).to.deep.equal(["io.k8s.api.core.v1.Pod"]);
  });

  it("follows a subresource to the kind of another group, and notes its operations", () => {
    const eviction = { name: "pods/eviction", kind: "Eviction", group: "policy", version: "v1" };
    const { text } = kindsFile(served([{ ...eviction, verbs: ["create"] }]));
    expect(text).to.contain('  "v1/pods/eviction": policy_v1.Eviction;\n');
    expect(text).to.contain('  "v1/pods/eviction": "CREATE";\n');
  });

  it("knows the options of a CONNECT, whatever their verbs", () => {
    const exec = { name: "pods/exec", kind: "PodExecOptions", verbs: ["create", "get"] };
    const { text, schemaNames } = kindsFile(served([exec]));
    expect(text).to.contain('  "v1/pods/exec": core_v1.PodExecOptions;\n');
    expect(text).to.contain('  "v1/pods/exec": "CONNECT";\n');
    expect(schemaNames.size).to.equal(0);
  });

  it("leaves out what can only be read", () => {
    const { text } = kindsFile(served([{ name: "pods/log", kind: "Pod", verbs: ["get"] }]));
    expect(text).not.to.contain("pods/log");
  });

  it("refuses a kind without a type", () => {
    const unknown = { name: "widgets", kind: "Widget", verbs: ["create"] };
    expect(() => kindsFile(served([unknown]))).to.throw("no type for v1/Widget of widgets");
  });
});
