import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint } from "../../test/endpoints.ts";
import {
  change,
  installation,
  roll,
  there,
  timeoutOf,
  useServers,
} from "../../test/installation.ts";
import { registered, untilRegistered } from "../../test/registering.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";

describe("startRegistration(options, context): what others change", () => {
  const servers = useServers();

  it("repairs at once what somebody changed or deleted, counts it, and says what and who", async () => {
    const connection = installation();
    const server = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    await change(connection, ({ webhooks: [webhook] = [] }) => {
      if (webhook !== undefined) webhook.timeoutSeconds = 1;
    });
    await untilRegistered(connection, "the repair", (live) => timeoutOf(live) === 10);
    await server.says("validate: webhooks[a.example.com].timeoutSeconds");
    expect(server.metric("drift_total")).to.equal(1);
    await server.registration.close();

    const next = await servers.start(connection);
    await untilRegistered(connection, "it to be known", () => next.metric("current") === 1);
    await connection.delete(CONFIGURATIONS.validate, "gatewright");
    await untilRegistered(connection, "the webhooks again", there);
    expect(next.metric("drift_total")).to.equal(1);
  });

  it("does not fight with somebody who changes it again and again", async () => {
    const connection = installation();
    const server = await servers.start(connection);
    await untilRegistered(connection, "the webhooks", there);
    const spoil = () =>
      change(connection, ({ webhooks: [webhook] = [] }) => {
        if (webhook !== undefined) webhook.timeoutSeconds = 1;
      });
    await spoil();
    await untilRegistered(connection, "the repair", (live) => timeoutOf(live) === 10);
    await spoil();
    await server.says("left alone a while");
    expect(timeoutOf(await registered(connection))).to.equal(1);
    expect(server.metric("drift_total")).to.equal(2);
    expect(server.metric("current")).to.equal(0);
  });

  it("tells of a change of what an older version registered, and replaces it with the rollout", async () => {
    const connection = installation();
    const endpoints = [endpoint("a.example.com", "mutate"), endpoint("a.example.com", "validate")];
    const old = await servers.start(connection, { endpoints });
    await untilRegistered(connection, "it to be known", () => old.metric("current") === 1);
    await old.registration.close();
    await roll(connection, { replicas: 3 });
    const next = [endpoint("a.example.com", "validate", { timeoutSeconds: 3 })];
    const server = await servers.start(connection, { endpoints: next });
    await server.says("1 older replicas");
    expect(server.metric("drift_total")).to.equal(0);
    await change(connection, ({ webhooks: [webhook] = [] }) => {
      if (webhook !== undefined) webhook.namespaceSelector = {};
    });
    await server.says("error: somebody changed what an older version has registered");
    await server.says("meanwhile, what is registered is not what was");
    expect(server.metric("drift_total")).to.equal(1);
    await roll(connection, {});
    await untilRegistered(connection, "the new webhooks", (live) => timeoutOf(live) === 3);
    expect(server.metric("drift_total")).to.equal(1);
  });

  it("does not take for a deletion what the API server refused", async () => {
    const real = installation();
    let refused = 0;
    const connection: typeof real = {
      ...real,
      async apply(resource, object, as) {
        if (resource !== CONFIGURATIONS.validate || refused > 1)
          return real.apply(resource, object, as);
        refused++;
        throw Object.assign(new Error("refused"), { status: 422 });
      },
    };
    const server = await servers.start(connection);
    await untilRegistered(real, "the webhooks", there);
    expect(refused).to.equal(2);
    expect(server.metric("drift_total")).to.equal(0);
  });
});
