import { expect } from "chai";
import { describe, it } from "mocha";
import { countedBy, countsObjectsOf, whyNotCounted } from "./counted-resource.ts";

describe("countedBy(key)", () => {
  it("objects with a key of their own", () => {
    for (const key of ["configmaps", "pods", "secrets", "services", "resourcequotas"]) {
      expect(countedBy(key)).to.deep.equal({ resource: key, isCount: true, updates: [] });
    }
    expect(countedBy("services.nodeports")).to.deep.include({
      resource: "services",
      updates: [""],
    });
    expect(countedBy("services.loadbalancers")).to.deep.include({ resource: "services" });
  });

  it("what pods ask for", () => {
    const keys = [
      ...["cpu", "memory", "ephemeral-storage", "requests.cpu", "limits.memory"],
      ...["hugepages-2Mi", "requests.hugepages-1Gi", "requests.nvidia.com/gpu"],
      "requests.deviceclass.resource.kubernetes.io/gold",
    ];
    for (const key of keys) {
      const counted = { resource: "pods", isCount: false, updates: ["resize"] };
      expect(countedBy(key), key).to.deep.equal(counted);
    }
  });

  it("what claims ask for", () => {
    for (const key of [
      "requests.storage",
      "gold.storageclass.storage.k8s.io/requests.storage",
      "gold.storageclass.storage.k8s.io/persistentvolumeclaims",
    ]) {
      expect(countedBy(key), key).to.deep.include({ resource: "persistentvolumeclaims" });
    }
    expect(countedBy("gold.deviceclass.resource.k8s.io/devices")).to.deep.include({
      resource: "resourceclaims.resource.k8s.io",
    });
  });

  it("objects of any kind, with their group", () => {
    expect(countedBy("count/configmaps")).to.deep.include({ resource: "configmaps" });
    expect(countedBy("count/serviceaccounts")).to.deep.include({ resource: "serviceaccounts" });
    expect(countedBy("count/jobs.batch")).to.deep.include({ resource: "jobs.batch" });
    expect(countedBy("count/widgets.example.com")?.resource).to.equal("widgets.example.com");
  });

  it("nothing else: it would be taken, and count nothing", () => {
    const advice: readonly (readonly [string, RegExp])[] = [
      ["configmap", /write "configmaps"$/],
      ["ConfigMaps", /write "configmaps"$/],
      ["serviceaccounts", /write "count\/serviceaccounts"$/],
      ["deployments", /write "count\/deployments.apps"$/],
      ["count/deployments", /write "count\/deployments.apps"$/],
      ["count/jobs", /write "count\/jobs.batch"$/],
      ["nvidia.com/gpu", /write "requests.nvidia.com\/gpu"$/],
      ["storage", /write "requests.storage"$/],
      ["limits.storage", /write "requests.storage"$/],
      ["limits.nvidia.com/gpu", /write "requests.nvidia.com\/gpu"$/],
      ["requests.kubernetes.io/x", /there are configmaps, /],
      ["count/", /there are/],
      ["", /there are/],
      ["constructor", /there are/],
      ["count/widgets", /there are/],
      ["count/events", /events are never counted/],
      ["count/events.events.k8s.io", /events are never counted/],
    ];
    for (const [key, message] of advice) {
      expect(countedBy(key), key).to.equal(undefined);
      expect(whyNotCounted(key)).to.match(message);
    }
  });
});

describe("countsObjectsOf(key, resource)", () => {
  it("by either name", () => {
    expect(countsObjectsOf("configmaps", "configmaps")).to.be.true;
    expect(countsObjectsOf("count/configmaps", "configmaps")).to.be.true;
    expect(
      countsObjectsOf("count/roles.rbac.authorization.k8s.io", "roles.rbac.authorization.k8s.io"),
    ).to.be.true;
    expect(countsObjectsOf("serviceaccounts", "serviceaccounts")).to.be.false;
    expect(countsObjectsOf("services.nodeports", "services")).to.be.false;
  });
});
