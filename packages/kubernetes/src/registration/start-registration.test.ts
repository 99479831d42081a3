import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint } from "../../test/endpoints.ts";
import {
  AS_TEST,
  installation,
  NAMESPACE,
  roll,
  there,
  timeoutOf,
  useServers,
} from "../../test/installation.ts";
import { issueFor, registered, untilRegistered } from "../../test/registering.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";

describe("startRegistration(options, context)", () => {
  const servers = useServers();

  it("registers once the server is ready and its Deployment rolled out, and not before", async () => {
    const connection = installation({ availableReplicas: 1 });
    const server = await servers.start(connection, { unready: ["plugin quota"] });
    await server.says("1 of 2 replicas of Deployment gatewright-system/gatewright are available");
    await roll(connection, { availableReplicas: 2 });
    await server.says("this server is not ready: plugin quota");
    expect(there(await registered(connection))).to.equal(false);
    expect(server.metric("current")).to.equal(0);
    server.unready.length = 0;
    await untilRegistered(connection, "the webhooks", there);
    await server.says("info: the webhooks are registered");
    expect(server.metric("leader")).to.equal(1);
    expect(server.metric("writes_total")).to.equal(1);
    expect((await registered(connection)).mutate).to.equal(undefined);
  });

  it("has the installation's ClusterRole own them, and the namespace own that", async () => {
    const connection = installation();
    await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    const role = await connection.get("rbac.authorization.k8s.io/v1/clusterroles", "gatewright");
    const home = await connection.get("v1/namespaces", NAMESPACE);
    const { validate } = await registered(connection);
    expect(validate?.metadata?.ownerReferences?.map(({ uid }) => uid)).to.deep.equal([
      role?.metadata?.uid,
    ]);
    expect(role?.metadata?.ownerReferences?.map(({ uid }) => uid)).to.deep.equal([
      home?.metadata?.uid,
    ]);
  });

  it("writes a new CA at once, into what is registered by an earlier version, too", async () => {
    const connection = installation();
    const old = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    await old.registration.close();
    await roll(connection, { replicas: 3 });
    const renewed = await issueFor(`gatewright.${NAMESPACE}.svc`);
    const server = await servers.start(connection, {
      endpoints: [endpoint("a.example.com", "validate", { timeoutSeconds: 3 })],
    });
    await server.says("1 older replicas of Deployment gatewright-system/gatewright serve");
    const both = servers.certificate().ca + renewed.ca;
    server.trust(both);
    const isOfBoth = ({ validate }: Awaited<ReturnType<typeof registered>>) =>
      validate?.webhooks?.[0]?.clientConfig?.caBundle === Buffer.from(both).toString("base64");
    await untilRegistered(connection, "the CA", isOfBoth);
    expect(timeoutOf(await registered(connection))).to.equal(10);
    await roll(connection, { replicas: 2 });
    await untilRegistered(connection, "the new webhooks", (live) => timeoutOf(live) === 3);
    server.trust(servers.certificate().ca);
    await untilRegistered(connection, "the CA of before", (live) => !isOfBoth(live));
    await server.says("the registered CA or owner is renewed");
    expect(server.metric("drift_total")).to.equal(0);
  });

  it("knows the paths that are still called, and were until the webhooks of before were replaced", async () => {
    const connection = installation();
    const endpoints = [endpoint("a.example.com", "mutate"), endpoint("a.example.com", "validate")];
    const old = await servers.start(connection, { endpoints });
    await untilRegistered(connection, "the webhooks", ({ mutate }) => mutate !== undefined);
    await old.registration.close();
    await roll(connection, { replicas: 3 });
    const server = await servers.start(connection, {
      endpoints: [endpoint("b.example.com", "validate")],
    });
    // As soon as it starts: it is called from then on.
    expect([...server.registration.retired()].toSorted()).to.deep.equal([
      "/mutate/a.example.com",
      "/validate/a.example.com",
    ]);
    expect(server.metric("retired_paths")).to.equal(2);
    await server.says("1 older replicas");
    await roll(connection, { replicas: 2 });
    await untilRegistered(
      connection,
      "the new webhooks alone",
      ({ mutate, validate }) =>
        mutate === undefined && validate?.webhooks?.[0]?.name === "b.example.com",
    );
    await untilRegistered(
      connection,
      "nothing retired",
      () => server.metric("retired_paths") === 0,
    );
    // An API server may call once more before it hears of that.
    expect(server.registration.retired().size).to.equal(2);
  });

  it("takes away what it had registered by another name, once it is registered by the new one", async () => {
    const connection = installation();
    const endpoints = [endpoint("a.example.com", "mutate"), endpoint("a.example.com", "validate")];
    // By its service, and not by its name: that is what stays.
    const service = { name: "gatewright" };
    const old = await servers.start(connection, { name: "before", endpoints, service });
    await untilRegistered(connection, "it to be known", () => old.metric("current") === 1);
    await old.registration.close();
    await roll(connection, { replicas: 3 });
    const next = [endpoint("a.example.com", "validate")];
    const server = await servers.start(connection, { endpoints: next });
    await server.says("1 older replicas");
    expect([...server.registration.retired()]).to.deep.equal(["/mutate/a.example.com"]);
    expect((await registered(connection, "before")).validate).to.not.equal(undefined);
    await roll(connection, { replicas: 2 });
    await untilRegistered(connection, "the webhooks", there);
    await untilRegistered(connection, "the end of those of before", async () => {
      const { mutate, validate } = await registered(connection, "before");
      return mutate === undefined && validate === undefined;
    });
  });

  it("leaves alone what calls another server, though it is of the same installation", async () => {
    const connection = installation();
    const deployment = { name: "gatewright", namespace: NAMESPACE };
    // As from a laptop, with the file of the cluster.
    const certificate = await issueFor("127.0.0.1");
    const laptop = { name: "laptop", url: "https://127.0.0.1:9", deployment, certificate };
    const one = await servers.start(connection, laptop);
    await untilRegistered(connection, "it to be known", () => one.metric("current") === 1);
    const two = await servers.start(connection);
    await untilRegistered(connection, "it to be known", () => two.metric("current") === 1);
    await one.says("the webhooks are registered");
    expect(there(await registered(connection, "laptop"))).to.equal(true);
    expect(there(await registered(connection))).to.equal(true);
  });

  it("lets one of two do it, and the other when that has ended", async () => {
    const connection = installation();
    const one = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    const two = await servers.start(connection);
    expect([one.metric("leader"), two.metric("leader")]).to.deep.equal([1, 0]);
    await one.registration.close();
    await untilRegistered(connection, "the other to lead", () => two.metric("leader") === 1);
    await untilRegistered(connection, "it to be known", () => two.metric("current") === 1);
    expect(there(await registered(connection))).to.equal(true);
    expect(two.metric("writes_total")).to.equal(0);
  });

  it("leaves alone what another has registered by the same name", async () => {
    const connection = installation();
    const metadata = { name: "gatewright", labels: { whose: "theirs" } };
    const kind = "ValidatingWebhookConfiguration";
    const apiVersion = "admissionregistration.k8s.io/v1";
    await connection.create(CONFIGURATIONS.validate, { apiVersion, kind, metadata }, AS_TEST);
    const server = await servers.start(connection);
    await server.says("is registered by no Gatewright");
    await server.registration.close();
    expect((await registered(connection)).validate?.metadata?.labels).to.deep.equal({
      whose: "theirs",
    });
  });

  for (const [what, host, ca] of [
    ["is for another name", "other.svc", undefined],
    ["is of another CA", `gatewright.${NAMESPACE}.svc`, "another"],
  ] as const) {
    it(`never registers a server whose certificate ${what}`, async () => {
      const connection = installation();
      const own = await issueFor(host);
      const trusted = ca === undefined ? own : { ...own, ca: servers.certificate().ca };
      const server = await servers.start(connection, { certificate: trusted });
      await server.says(
        ca === undefined
          ? `the certificate is not for gatewright.${NAMESPACE}.svc`
          : "the certificate is not of the CA to be registered",
      );
      expect(there(await registered(connection))).to.equal(false);
    });
  }

  it("tells of rules that name what is left out", async () => {
    const nodes = { apiGroups: [""], apiVersions: ["v1"], resources: ["nodes"], operations: ["*"] };
    const server = await servers.start(installation(), {
      endpoints: [endpoint("a.example.com", "validate", { rules: [nodes as never] })],
    });
    expect(server.lines.join("\n")).to.include('"excluded":["nodes"]');
  });
});
