import { type ControlPlane, startControlPlane } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { isKubeletWrite } from "./kubelet-writes.ts";
import { SYSTEM_CONTROLLERS } from "./system-controllers.ts";

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

describe("what Kubernetes' own parts may write, as a real API server has it", () => {
  let plane: ControlPlane;
  before("start a control plane", async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after("stop it", () => plane.stop());

  const others = [
    // They write nothing of anybody's.
    "system:kube-proxy",
    "system:serviceaccount:kube-system:kube-dns",
    // May lock a leadership, and is what the components would be as pods of their own accounts.
    "system:serviceaccount:kube-system:kube-controller-manager",
    "system:serviceaccount:kube-system:kube-scheduler",
  ];

  it("SYSTEM_CONTROLLERS has each account that the API server gives rights to", async () => {
    const group = "/apis/rbac.authorization.k8s.io/v1";
    const bindings: { subjects?: Subject[] }[] = [];
    for (const resource of ["clusterrolebindings", "rolebindings"]) {
      bindings.push(...(await plane.request(`${group}/${resource}`)).body.items);
    }
    const subjects = bindings.flatMap((binding) => binding.subjects ?? []);
    const names = subjects
      .filter(({ kind }) => kind !== "Group")
      .map(({ name, namespace }) =>
        namespace === undefined ? name : `system:serviceaccount:${namespace}:${name}`,
      )
      .filter((name) => !others.includes(name));
    expect(names).to.include("system:serviceaccount:kube-system:namespace-controller");
    expect(SYSTEM_CONTROLLERS).to.include.members(names);
  });

  it("isKubeletWrite(request) has each write that the API server lets kubelets do in namespaces", async () => {
    const path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node";
    const rules = (await plane.request(path)).body.rules as PolicyRule[];
    const operations: Record<string, string> = {
      create: "CREATE",
      update: "UPDATE",
      patch: "UPDATE",
      delete: "DELETE",
    };
    const withoutNamespace =
      /^(nodes|nodes\/.*|tokenreviews|subjectaccessreviews|certificatesigningrequests|csinodes|resourceslices)$/;
    let seen = 0;
    for (const { apiGroups, resources, verbs } of rules) {
      for (const resource of resources.filter((one) => !withoutNamespace.test(one))) {
        const [name = "", subResource] = resource.split("/");
        for (const group of apiGroups) {
          for (const operation of verbs.flatMap((verb) => operations[verb] ?? [])) {
            const request = {
              operation,
              resource: { group, resource: name },
              ...(subResource === undefined ? {} : { subResource }),
              userInfo: { username: "system:node:n1", groups: ["system:nodes"] },
            };
            expect(isKubeletWrite(request), `${operation} ${group}/${resource}`).to.equal(true);
            seen++;
          }
        }
      }
    }
    expect(seen).to.be.greaterThan(10);
  });
});
