import { expect } from "chai";
import { describe, it } from "mocha";
import { isKubeletWrite } from "./kubelet-writes.ts";

describe("isKubeletWrite(request)", () => {
  const of = (operation: string, resource: string, subResource?: string, group = "") => ({
    operation,
    resource: { group, resource },
    ...(subResource === undefined ? {} : { subResource }),
    userInfo: { username: "system:node:n1", groups: ["system:nodes", "system:authenticated"] },
  });

  it("is what kubelets write, and nothing else", () => {
    expect(isKubeletWrite(of("UPDATE", "pods", "status"))).to.equal(true);
    expect(isKubeletWrite(of("DELETE", "pods"))).to.equal(true);
    expect(isKubeletWrite(of("CREATE", "events", undefined, "events.k8s.io"))).to.equal(true);
    expect(isKubeletWrite(of("UPDATE", "pods"))).to.equal(false);
    expect(isKubeletWrite(of("CREATE", "configmaps"))).to.equal(false);
    expect(isKubeletWrite(of("CREATE", "pods", "exec"))).to.equal(false);
  });

  it("is by the name of a node and by the group", () => {
    const request = of("UPDATE", "pods", "status");
    expect(isKubeletWrite({ ...request, userInfo: { username: "system:node:n1" } })).to.equal(
      false,
    );
    const groups = ["system:nodes"];
    expect(isKubeletWrite({ ...request, userInfo: { username: "bob", groups } })).to.equal(false);
    expect(isKubeletWrite({ ...request, userInfo: {} })).to.equal(false);
  });
});
