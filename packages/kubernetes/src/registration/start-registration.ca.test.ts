import { expect } from "chai";
import { describe, it } from "mocha";
import { endpoint } from "../../test/endpoints.ts";
import { installation, NAMESPACE, roll, timeoutOf, useServers } from "../../test/installation.ts";
import { issueFor, type registered, untilRegistered } from "../../test/registering.ts";
import { decoded } from "./ca-overlap.ts";

const HOST = `gatewright.${NAMESPACE}.svc`;
type Registered = Awaited<ReturnType<typeof registered>>;

describe("startRegistration(options, context): a rollout to another CA", () => {
  const servers = useServers();
  const has =
    (...cas: readonly string[]) =>
    ({ validate }: Registered): boolean => {
      const bundle = decoded(validate?.webhooks?.[0]?.clientConfig?.caBundle);
      const all = bundle.match(/-----BEGIN/g) ?? [];
      return all.length === cas.length && cas.every((ca) => bundle.includes(ca.trim()));
    };

  it("has both trusted from before the first new replica is ready until after the last old one is gone", async () => {
    const connection = installation();
    const old = await servers.start(connection);
    await untilRegistered(connection, "it to be known", () => old.metric("current") === 1);
    const [a, b] = [servers.certificate(), await issueFor(HOST)];
    await roll(connection, { replicas: 3, availableReplicas: 2, updatedReplicas: 1 });
    const next = await servers.start(connection, {
      certificate: b,
      endpoints: [endpoint("a.example.com", "validate", { timeoutSeconds: 3 })],
      overlapMs: 300,
    });
    // Ready not before that: it has started.
    await untilRegistered(connection, "both CAs", has(a.ca, b.ca));
    await next.says("this server's CA is added to what is registered");
    // The one that registers has seen it, and leaves it so.
    await untilRegistered(connection, "it to be known", () => old.metric("current") === 1);
    expect(old.metric("drift_total")).to.equal(0);
    await untilRegistered(connection, "both CAs", has(a.ca, b.ca));

    await old.registration.close();
    await untilRegistered(connection, "the next to lead", () => next.metric("leader") === 1);
    await next.says("2 older replicas of Deployment");
    await untilRegistered(connection, "both CAs", has(b.ca, a.ca));
    await roll(connection, {});
    await untilRegistered(connection, "the new webhooks", (live) => timeoutOf(live) === 3);
    await untilRegistered(connection, "the new CA alone", has(b.ca));
    expect(next.metric("drift_total")).to.equal(0);
  });

  it("adds nothing from outside of the cluster", async () => {
    const connection = installation();
    const one = await servers.start(connection);
    await untilRegistered(connection, "it to be known", () => one.metric("current") === 1);
    await servers.start(connection, { certificate: await issueFor(HOST), pod: "laptop" });
    await untilRegistered(connection, "the CA of before", has(servers.certificate().ca));
  });
});
