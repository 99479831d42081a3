import type { ClusterConnection, KubernetesObject } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { AS_TEST, installation, NAMESPACE, there, useServers } from "../../test/installation.ts";
import { edit, registered, untilRegistered } from "../../test/registering.ts";

const CLUSTER_ROLES = "rbac.authorization.k8s.io/v1/clusterroles";

describe("startRegistration(options, context): two installations of the same name", () => {
  const servers = useServers();
  const ownersOf = async (connection: ClusterConnection) =>
    (await connection.get(CLUSTER_ROLES, "gatewright"))?.metadata?.ownerReferences;

  it("does not register, nor take the ClusterRole, where that is another namespace's", async () => {
    const connection = installation();
    const elsewhere = { apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } };
    const { metadata } = await connection.create("v1/namespaces", elsewhere, AS_TEST);
    const owner = { apiVersion: "v1", kind: "Namespace", name: "elsewhere" };
    const ownerReferences = [{ ...owner, uid: metadata?.uid ?? "" }];
    await edit<KubernetesObject>(connection, CLUSTER_ROLES, "gatewright", (role) => {
      role.metadata = { ...role.metadata, ownerReferences };
    });
    const server = await servers.start(connection);
    await server.says("ClusterRole gatewright belongs to Namespace elsewhere");
    expect(server.lines.filter((line) => line.startsWith("error")).length).to.equal(1);
    expect(there(await registered(connection))).to.equal(false);
    expect(await ownersOf(connection)).to.deep.equal(ownerReferences);
  });

  it("goes on where its own namespace was made anew", async () => {
    const connection = installation();
    const owner = { apiVersion: "v1", kind: "Namespace", name: NAMESPACE, uid: "of-before" };
    await edit<KubernetesObject>(connection, CLUSTER_ROLES, "gatewright", (role) => {
      role.metadata = { ...role.metadata, ownerReferences: [owner] };
    });
    await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
  });

  it("says what to look at where it has lost its rights", async () => {
    const real = installation();
    const connection: ClusterConnection = {
      ...real,
      async get(resource, name, options) {
        if (resource !== CLUSTER_ROLES) return real.get(resource, name, options);
        throw Object.assign(new Error("forbidden"), { status: 403 });
      },
    };
    const server = await servers.start(connection);
    await server.says(`must name the ServiceAccount of namespace ${NAMESPACE}`);
  });
});
