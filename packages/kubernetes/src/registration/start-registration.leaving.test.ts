import type { ClusterConnection } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import {
  AS_TEST,
  DEPLOYMENTS,
  installation,
  NAMESPACE,
  scale,
  there,
  useServers,
} from "../../test/installation.ts";
import { endpoint } from "../../test/endpoints.ts";
import { edit, issueFor, registered, untilRegistered } from "../../test/registering.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import { clearMark, markUnregistered } from "./unregistered-mark.ts";

describe("startRegistration(options, context): its end", () => {
  const servers = useServers();

  for (const [what, leave, stays] of [
    ["its Deployment is rolled over", async () => {}, true],
    ["its Deployment is scaled to 0", (connection) => scale(connection, 0), false],
    [
      "its Deployment is gone",
      (connection) => connection.delete(DEPLOYMENTS, "gatewright", { namespace: NAMESPACE }),
      false,
    ],
  ] satisfies [string, (connection: ClusterConnection) => Promise<void>, boolean][]) {
    it(`${stays ? "stays" : "goes"} with a server that ends because ${what}`, async () => {
      const connection = installation();
      const server = await servers.start(connection);
      await untilRegistered(connection, "the webhooks", there);
      await leave(connection);
      await server.registration.close();
      expect(there(await registered(connection))).to.equal(stays);
    });
  }

  it("goes with a server without a Deployment, if that registered them", async () => {
    const connection = createFakeCluster();
    const url = "https://10.0.0.1:8443";
    const free = { url, certificate: await issueFor("10.0.0.1") };
    const one = await servers.start(connection, free);
    await untilRegistered(connection, "the webhooks", there);
    const two = await servers.start(connection, free);
    await two.registration.close();
    expect(there(await registered(connection))).to.equal(true);
    await one.registration.close();
    expect(there(await registered(connection))).to.equal(false);
  });

  it("goes as soon as its namespace is being deleted, and does not come back", async () => {
    const connection = installation();
    const server = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    await edit(connection, "v1/namespaces", NAMESPACE, ({ metadata }) => {
      if (metadata !== undefined) metadata.finalizers = ["example.com/test"];
    });
    await connection.delete("v1/namespaces", NAMESPACE);
    await untilRegistered(connection, "the end of the webhooks", (live) => !there(live));
    await server.says("namespace gatewright-system is being deleted");
    expect(there(await registered(connection))).to.equal(false);
  });

  it("stays unregistered where somebody unregistered it, until that is taken back", async () => {
    const connection = installation();
    const server = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    const installed = { name: "gatewright", namespace: NAMESPACE, deployment: "gatewright" };
    expect(await markUnregistered(connection, installed)).to.equal(true);
    await connection.delete(CONFIGURATIONS.validate, "gatewright");
    await server.says("somebody ran gatewright unregister");
    expect(there(await registered(connection))).to.equal(false);
    expect(await clearMark(connection, installed)).to.equal(true);
    await untilRegistered(connection, "the webhooks again", there);
    expect(await clearMark(connection, installed)).to.equal(false);
  });

  it("takes away what it wrote while somebody unregistered it", async () => {
    const real = installation();
    const installed = { name: "gatewright", namespace: NAMESPACE, deployment: "gatewright" };
    let writes = 0;
    const connection: ClusterConnection = {
      ...real,
      async apply(resource, object, as) {
        // The mark was looked at before.
        if (resource === CONFIGURATIONS.validate && writes++ === 0) {
          await markUnregistered(real, installed);
        }
        return real.apply(resource, object, as);
      },
    };
    const server = await servers.start(connection);
    await server.says("the webhooks are unregistered");
    await server.says("waits to register");
    expect(there(await registered(real))).to.equal(false);
    expect(writes).to.equal(1);
    expect(server.metric("drift_total")).to.equal(0);
    await clearMark(real, installed);
    await untilRegistered(real, "the webhooks again", there);
    // As if a server had been slower still.
    await markUnregistered(real, installed);
    await untilRegistered(real, "the end of the webhooks", (live) => !there(live));
  });

  it("leaves to others what is new where its own pod is ending", async () => {
    const connection = installation();
    const finalizers = ["example.com/test"];
    const metadata = { name: "old", namespace: NAMESPACE, finalizers };
    await connection.create("v1/pods", { apiVersion: "v1", kind: "Pod", metadata }, AS_TEST);
    await connection.delete("v1/pods", "old", { namespace: NAMESPACE });
    const server = await servers.start(connection, { pod: "old" });
    await server.says("this server's pod is being deleted");
    expect(there(await registered(connection))).to.equal(false);
  });

  it("lets go of the Lease where its own pod is of no ReplicaSet any more, so that others register", async () => {
    const connection = installation();
    const metadata = { name: "orphan", namespace: NAMESPACE };
    await connection.create("v1/pods", { apiVersion: "v1", kind: "Pod", metadata }, AS_TEST);
    const orphan = await servers.start(connection, { pod: "orphan" });
    await orphan.says("this server's pod is of no ReplicaSet any more");
    const one = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    expect([orphan.metric("leader"), orphan.metric("writes_total")]).to.deep.equal([0, 0]);
    expect(one.metric("writes_total")).to.equal(1);
  });

  for (const [outside, given, why] of [
    ["other webhooks", { endpoints: [endpoint("b.example.com", "validate")] }, "is no pod of"],
    ["a certificate of its own", { hosts: ["localhost"] }, "is no pod of"],
  ] as const) {
    it(`leaves it to others where it serves outside of the cluster, with ${outside}`, async () => {
      const connection = installation();
      const one = await servers.start(connection);
      await untilRegistered(connection, "it to be known", () => one.metric("current") === 1);
      await one.registration.close();
      const before = await registered(connection);
      const { hosts, ...options } = { hosts: undefined, ...given };
      const certificate = hosts === undefined ? servers.certificate() : await issueFor(...hosts);
      const two = await servers.start(connection, { ...options, certificate, pod: "laptop" });
      await two.says(why);
      expect(await registered(connection)).to.deep.equal(before);
    });
  }
});
