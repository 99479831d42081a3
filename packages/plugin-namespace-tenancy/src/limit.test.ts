import { type ClusterConnection, createPipeline, type Pipeline } from "@gatewright/core";
import { admit, createFakeCluster, creates, updates } from "@gatewright/testing";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { belongsTo, namespace } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const limit = 3;
const enough = /would be one too many: alice owns 3 of at most 3 namespaces$/;

describe("maxNamespacesPerOwner", () => {
  let cluster: ClusterConnection;
  const replicas: Pipeline[] = [];

  const start = async () => {
    const plugins = [namespaceTenancy({ maxNamespacesPerOwner: limit })];
    const webhooks = { "namespaces.example.com": { plugins } };
    const replica = await createPipeline({ webhooks, cluster, reconcile: false });
    replicas.push(replica);
    return replica;
  };
  beforeEach(() => {
    cluster = createFakeCluster({
      objects: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } }],
    });
  });
  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.close();
    await cluster.close();
  });

  const create = (replica: Pipeline, name: string, facts: object = {}) =>
    admit(replica, creates(namespace(name), facts));
  const reservations = async () => (await cluster.list("v1/configmaps")).items;

  it("lets so many through of 30 at once, by two replicas", async () => {
    const two = [await start(), await start()] as const;
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, index) => create(two[index % 2 ? 1 : 0], `team-${index}`)),
    );
    const refused = all.filter(({ allowed }) => !allowed);
    expect(refused).to.have.length(30 - limit);
    for (const { status } of refused) expect(status?.message).to.match(enough);
    // Each owner is counted by himself.
    expect((await create(two[0], "team-bob", { user: "bob" })).allowed).to.equal(true);
    expect(await reservations()).to.have.length(2);
  });

  it("counts what is there, and no name twice", async () => {
    for (const name of ["a", "b"]) {
      await cluster.create("v1/namespaces", namespace(name, belongsTo(["alice", "bob"])), {
        fieldManager: "test",
      });
    }
    const replica = await start();
    expect((await create(replica, "c")).allowed).to.equal(true);
    // Again, as by a client that tries once more.
    expect((await create(replica, "c")).allowed).to.equal(true);
    expect((await create(replica, "d")).status?.message).to.match(enough);
    // The API server will say that it exists.
    expect((await create(replica, "a")).allowed).to.equal(true);
  });

  it("counts in a dry run, and puts nothing down", async () => {
    const replica = await start();
    for (let count = 0; count <= limit; count++) {
      const { allowed } = await create(replica, `dry-${count}`, { dryRun: true });
      expect(allowed).to.equal(true);
    }
    expect(await reservations()).to.deep.equal([]);
    for (const name of ["a", "b", "c"]) {
      await cluster.create("v1/namespaces", namespace(name, belongsTo(["alice"])), {
        fieldManager: "test",
      });
    }
    const { status } = await create(await start(), "d", { dryRun: true });
    expect(status?.message).to.match(enough);
  });

  it("takes what nobody came for out again, after a minute", async () => {
    const replica = await start();
    for (const name of ["a", "b", "c"]) await create(replica, name);
    expect((await create(replica, "d")).allowed).to.equal(false);
    const [stored] = await reservations();
    const long = new Date(Date.now() - 61_000).toISOString();
    await cluster.update(
      "v1/configmaps",
      { ...stored, data: { a: long, b: "no time", c: long } } as never,
      { fieldManager: "test" },
    );
    expect((await create(replica, "d")).allowed).to.equal(true);
    const [after] = (await reservations()) as readonly { data?: object }[];
    expect(Object.keys(after?.data ?? {})).to.deep.equal(["b", "d"]);
  });

  it("is for further owners as well, and not for administrators", async () => {
    const replica = await start();
    for (const name of ["a", "b", "c"]) await create(replica, name);
    const before = namespace("team-b", belongsTo(["bob"]));
    const after = namespace("team-b", belongsTo(["bob", "alice"]));
    const change = (facts: object) => admit(replica, updates(before, after, facts));
    expect((await change({ user: "bob" })).status?.message).to.match(enough);
    expect((await change({ user: "root", groups: ["system:masters"] })).allowed).to.equal(true);
  });

  it("writes nothing for who is refused for another reason", async () => {
    const replica = await start();
    const { allowed } = await admit(replica, creates(namespace("a", belongsTo(["bob"]))));
    expect(allowed).to.equal(false);
    expect(await reservations()).to.deep.equal([]);
  });
});
