import { type ClusterConnection, silentLogger, type WatchOptions } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { AS_TEST } from "../../test/installation.ts";
import { CONFIGURATIONS } from "./configuration-resources.ts";
import { followConfigurations, type LiveConfigurations } from "./live-configurations.ts";
import { INSTALLATION_ANNOTATION } from "./webhook-configurations.ts";

const configuration = (name: string, installation = "a/gatewright", labels = {}) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name, labels, annotations: { [INSTALLATION_ANNOTATION]: installation } },
});

describe("followConfigurations(connection, { name, installation }, changed, log)", () => {
  let live: LiveConfigurations;
  let changes = 0;
  afterEach(() => live.close());
  const follow = async (connection: ClusterConnection): Promise<void> => {
    changes = 0;
    const changed = () => void changes++;
    const which = { name: "gatewright", installation: "a/gatewright" };
    live = followConfigurations(connection, which, changed, silentLogger);
    await live.synced;
  };
  const create = (connection: ClusterConnection, object: ReturnType<typeof configuration>) =>
    connection.create(CONFIGURATIONS.validate, object, AS_TEST);
  const until = (what: string, condition: () => unknown) => waitUntil(condition, { what });

  it("knows what there is, and hears of each change", async () => {
    const connection = createFakeCluster({ objects: [configuration("gatewright")] });
    await follow(connection);
    expect(live.isSynced()).to.equal(true);
    expect(live.get("mutate")).to.equal(undefined);
    expect(live.get("validate")?.metadata?.name).to.equal("gatewright");
    const before = changes;
    await connection.update(
      CONFIGURATIONS.validate,
      configuration("gatewright", "a/gatewright", { team: "a" }),
      AS_TEST,
    );
    await until("the change", () => live.get("validate")?.metadata?.labels?.["team"] === "a");
    await connection.delete(CONFIGURATIONS.validate, "gatewright");
    await until("the deletion", () => live.get("validate") === undefined);
    expect(changes - before).to.equal(2);
  });

  it("knows those of the same installation by other names, and no others", async () => {
    const connection = createFakeCluster({ objects: [configuration("before")] });
    await follow(connection);
    const others = () => live.others().map(({ metadata }) => metadata?.name);
    expect(others()).to.deep.equal(["before"]);
    await create(connection, configuration("somebody", "b/gatewright"));
    await create(connection, configuration("earlier"));
    await until("another", () => others().length === 2);
    expect(others()).to.deep.equal(["before", "earlier"]);
    await connection.delete(CONFIGURATIONS.validate, "before");
    await until("its end", () => others().length === 1);
    expect(live.get("validate")).to.equal(undefined);
  });

  it("misses nothing where a watch ends, breaks, or is too late", async () => {
    const cluster = createFakeCluster();
    const broken = new Set<() => void>();
    const connection: ClusterConnection = {
      ...cluster,
      watch: async (_resource, options: WatchOptions) => {
        const ends = Promise.withResolvers<never>();
        broken.add(() => ends.reject(new Error("the connection broke")));
        options.signal.addEventListener("abort", () => ends.reject(options.signal.reason));
        return {
          // Nothing is ever heard of, as by a watch that is dead.
          [Symbol.asyncIterator]: () => ({ next: () => ends.promise }),
        };
      },
    };
    await follow(connection);
    await create(cluster, configuration("gatewright"));
    expect(live.get("validate")).to.equal(undefined);
    await until("the watches", () => broken.size === 2);
    for (const end of broken) end();
    await until("the new one", () => live.get("validate") !== undefined);
    await cluster.delete(CONFIGURATIONS.validate, "gatewright");
    await until("the watches", () => broken.size === 4);
    for (const end of broken) end();
    await until("its end", () => live.get("validate") === undefined);
  });
});
