import { expect } from "chai";
import { describe, it } from "mocha";
import { configMap, writer } from "./cluster-contract.ts";
import { describeCluster } from "./describe-cluster.ts";
import { createFakeCluster } from "./fake-cluster.ts";

describeCluster("createFakeCluster(options?): ClusterConnection", () => createFakeCluster());

const namespace = (name: string, labels = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

describe("createFakeCluster({ objects, customResources })", () => {
  it("begins with the namespace default, and what it is given", async () => {
    const objects = [
      namespace("shop"),
      configMap("shop", "a"),
      namespace("default", { team: "a" }),
    ];
    const cluster = createFakeCluster({ objects });
    const { items } = await cluster.list("v1/namespaces");
    expect(items.map(({ metadata }) => metadata?.name)).to.deep.equal(["default", "shop"]);
    expect(items[0]?.metadata?.labels).to.include({ team: "a" });
    expect((await cluster.get("v1/configmaps", "a", { namespace: "shop" }))?.kind).to.equal(
      "ConfigMap",
    );
    expect(() => createFakeCluster({ objects: [configMap("shop", "a")] })).to.throw(
      'namespaces "shop" not found',
    );
  });

  it("says what was meant by a singular, and how to have a custom resource", async () => {
    const messageOf = (resource: string) =>
      createFakeCluster()
        .list(resource)
        .then(String, ({ message }: Error) => message);
    const not = "the server could not find the requested resource";
    expect(await messageOf("v1/configmap")).to.equal(`${not} (did you mean "v1/configmaps"?)`);
    expect(await messageOf("networking.k8s.io/v1/ingress")).to.equal(
      `${not} (did you mean "networking.k8s.io/v1/ingresses"?)`,
    );
    expect(await messageOf("example.com/v1/widgets")).to.equal(
      `${not} (example.com/v1/widgets is not built in: list it in createFakeCluster({ customResources }))`,
    );
  });

  it("serves custom resources, namespaced or not", async () => {
    const cluster = createFakeCluster({
      customResources: {
        "example.com/v1/widgets": { kind: "Widget" },
        "example.com/v1/clouds": { kind: "Cloud", namespaced: false },
      },
      objects: [{ apiVersion: "example.com/v1", kind: "Cloud", metadata: { name: "c" } }],
    });
    expect((await cluster.get("example.com/v1/clouds", "c"))?.kind).to.equal("Cloud");
    const metadata = { name: "w", namespace: "default" };
    const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata };
    expect((await cluster.create("example.com/v1/widgets", widget, writer)).kind).to.equal(
      "Widget",
    );
  });

  it("ends a namespace with all that is in it, once no finalizer holds it", async () => {
    const held = configMap("shop", "held", {}, { finalizers: ["example.com/held"] });
    const objects = [namespace("shop"), configMap("shop", "a"), held];
    const cluster = createFakeCluster({ objects });
    await cluster.delete("v1/namespaces", "shop");
    expect((await cluster.list("v1/configmaps")).items).to.have.length(1);
    await cluster.update("v1/configmaps", configMap("shop", "held"), writer);
    expect(await cluster.get("v1/namespaces", "shop")).to.equal(undefined);
  });
});
