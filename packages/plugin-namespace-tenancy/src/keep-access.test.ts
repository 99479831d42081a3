import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { createFakeCluster, reconcile } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { belongsTo, namespace, OWNERS, roleBinding, UNOWNED } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";
import { ROLE_BINDINGS, type RoleBindingLike } from "./role-bindings.ts";

type Stored = KubernetesObject & RoleBindingLike;
const fieldManager = "test";
const keep = (cluster: ClusterConnection, config = {}) =>
  reconcile(namespaceTenancy(config), { cluster });

async function bindings(cluster: ClusterConnection, namespace = "team-a") {
  const { items } = await cluster.list(ROLE_BINDINGS, { namespace });
  return (items as Stored[])
    .map(({ metadata, roleRef, subjects }) => ({
      name: metadata?.name,
      role: roleRef?.name,
      subjects: (subjects ?? []).map(({ kind, name, namespace: within }) =>
        [kind, within, name].filter(Boolean).join(" "),
      ),
      version: metadata?.resourceVersion,
    }))
    .toSorted((one, other) => (one.name ?? "").localeCompare(other.name ?? ""));
}

const shape = async (cluster: ClusterConnection) =>
  (await bindings(cluster)).map(({ name, role, subjects }) => ({ name, role, subjects }));

const owners = (...subjects: string[]) => ({ name: "gatewright-owners", role: "admin", subjects });
const members = (...subjects: string[]) => ({ name: "gatewright-members", role: "edit", subjects });

describe("reconcile", () => {
  it("gives owners and members their ClusterRoles, and nothing where nobody owns", async () => {
    const annotations = belongsTo(["alice", "account:ci/bot"], ["group:devs"]);
    const cluster = createFakeCluster({ objects: [namespace("team-a", annotations)] });
    await keep(cluster);
    expect(await shape(cluster)).to.deep.equal([
      members("Group devs"),
      owners("User alice", "ServiceAccount ci bot"),
    ]);
    expect(await bindings(cluster, "default")).to.deep.equal([]);
    await cluster.close();
  });

  it("writes nothing where all is as it should be", async () => {
    const cluster = createFakeCluster({
      objects: [namespace("team-a", belongsTo(["alice"], ["bob"]))],
    });
    await keep(cluster);
    const before = await bindings(cluster);
    await keep(cluster);
    expect(await bindings(cluster)).to.deep.equal(before);
    await cluster.close();
  });

  it("follows the annotations and the configuration", async () => {
    const cluster = createFakeCluster({
      objects: [namespace("team-a", belongsTo(["alice"], ["bob"]))],
    });
    await keep(cluster);
    await cluster.update("v1/namespaces", namespace("team-a", belongsTo(["carol"])), {
      fieldManager,
    });
    await keep(cluster);
    expect(await shape(cluster)).to.deep.equal([owners("User carol")]);
    // A roleRef cannot be changed: the RoleBinding is made anew.
    await keep(cluster, { clusterRoles: { owners: "tenant" } });
    expect(await shape(cluster)).to.deep.equal([{ ...owners("User carol"), role: "tenant" }]);
    await cluster.close();
  });

  it("repairs what others changed", async () => {
    const cluster = createFakeCluster({
      objects: [namespace("team-a", belongsTo(["alice"], ["bob"]))],
    });
    await keep(cluster);
    const wanted = await shape(cluster);
    const foreign = roleBinding("team-a", ["mallory"], {
      name: "gatewright-owners",
      role: "admin",
    });
    await cluster.update(ROLE_BINDINGS, foreign, { fieldManager });
    await cluster.delete(ROLE_BINDINGS, "gatewright-members", { namespace: "team-a" });
    await keep(cluster);
    expect(await shape(cluster)).to.deep.equal(wanted);
    const { roleRef, ...rest } = foreign;
    await cluster.delete(ROLE_BINDINGS, "gatewright-owners", { namespace: "team-a" });
    await cluster.create(
      ROLE_BINDINGS,
      { ...rest, roleRef: { ...roleRef, name: "cluster-admin" } } as KubernetesObject,
      { fieldManager },
    );
    await keep(cluster);
    expect(await shape(cluster)).to.deep.equal(wanted);
    // A Role of the namespace that is called like the ClusterRole.
    await cluster.delete(ROLE_BINDINGS, "gatewright-owners", { namespace: "team-a" });
    const local = roleBinding("team-a", ["alice"], {
      name: "gatewright-owners",
      kind: "Role",
      role: "admin",
    });
    await cluster.create(ROLE_BINDINGS, local, { fieldManager });
    await keep(cluster);
    const kept = await cluster.get(ROLE_BINDINGS, "gatewright-owners", { namespace: "team-a" });
    expect((kept as Stored).roleRef?.kind).to.equal("ClusterRole");
    await cluster.close();
  });

  it("takes them away where the namespace is released, and only theirs", async () => {
    const other = roleBinding("team-a", ["bob"]);
    const cluster = createFakeCluster({
      objects: [namespace("team-a", belongsTo(["alice"], ["bob"])), other],
    });
    await keep(cluster);
    await cluster.update("v1/namespaces", namespace("team-a", { [UNOWNED]: "true" }), {
      fieldManager,
    });
    await keep(cluster);
    expect(await shape(cluster)).to.deep.equal([
      { name: "granted", role: "view", subjects: ["User bob"] },
    ]);
    await cluster.close();
  });

  it("leaves them where ownership is missing or malformed: they tell who the owners were", async () => {
    const cluster = createFakeCluster({ objects: [namespace("team-a", belongsTo(["alice"]))] });
    await keep(cluster);
    for (const annotations of [{}, { [OWNERS]: "alice" }]) {
      await cluster.update("v1/namespaces", namespace("team-a", annotations), { fieldManager });
      await keep(cluster);
      expect(await shape(cluster)).to.deep.equal([owners("User alice")]);
    }
    await cluster.close();
  });
});
