import { type Cluster, createPipeline, type Logger } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import type { Config } from "./config.ts";
import namespaceTenancy from "./index.ts";
import { CLUSTER_ROLES, createPrerequisites } from "./prerequisites.ts";

const writer = { fieldManager: "test" };
const clusterRole = (name: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name },
  rules: [],
});

/** What was logged since the last look. */
function listening() {
  const lines: string[] = [];
  const to = (level: string) => (fields: unknown, text?: string) =>
    void lines.push(`${level}: ${text ?? String(fields)}`);
  const log: Logger = {
    debug() {},
    info: to("info"),
    warn: to("warn"),
    error: to("error"),
    child: () => log,
  };
  return { log, heard: () => lines.splice(0) };
}

describe("what the configuration names, and the cluster is to have", () => {
  it("is told where it is missing, once, with what to apply; and where it is there", async () => {
    const cluster = createFakeCluster({ objects: [clusterRole("edit")] });
    const { log, heard } = listening();
    const plugins = [
      namespaceTenancy({
        clusterRoles: { owners: "tenant" },
        maxNamespacesPerOwner: 1,
        reservationsNamespace: "reservations",
      }),
    ];
    const webhooks = { "a.gatewright.dev": { plugins } };
    const pipeline = await createPipeline({ webhooks, cluster, log, reconcile: false });
    await pipeline.reconcile();
    expect(heard()).to.deep.equal([
      'warn: ClusterRole "tenant" of clusterRoles.owners does not exist: until it does, owners of namespaces get no ' +
        "rights by it. Apply a ClusterRole of that name, or name another as clusterRoles.owners",
      'warn: namespace "reservations" of reservationsNamespace does not exist: until it does, only administrators can ' +
        "create namespaces. As one, apply it: kubectl create namespace reservations",
    ]);
    await pipeline.close();
    await cluster.close();
  });

  it("is told when it comes and goes, and anew in another term", async () => {
    const cluster = createFakeCluster({ objects: [clusterRole("edit")] });
    const list = async (resource: string) => (await cluster.list(resource)).items;
    const { log, heard } = listening();
    const clusterRoles = { owners: "tenant", members: "edit", grantable: [] };
    const { look } = createPrerequisites({ clusterRoles } as unknown as Config);
    const term = new AbortController().signal;
    const told = async (during = term) => {
      await look({ list } as unknown as Cluster, log, during);
      return heard().map((line) => line.replace(/: until.*/s, ""));
    };
    const missing = 'warn: ClusterRole "tenant" of clusterRoles.owners does not exist';
    expect(await told()).to.deep.equal([missing]);
    expect(await told()).to.deep.equal([]);
    await cluster.create(CLUSTER_ROLES, clusterRole("tenant"), writer);
    expect(await told()).to.deep.equal([
      'info: ClusterRole "tenant" of clusterRoles.owners is there now',
    ]);
    await cluster.delete(CLUSTER_ROLES, "tenant");
    expect(await told()).to.deep.equal([missing]);
    expect(await told(new AbortController().signal)).to.deep.equal([missing]);
    await cluster.close();
  });
});
