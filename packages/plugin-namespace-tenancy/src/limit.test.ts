import { type ClusterConnection, createPipeline, type Pipeline } from "@gatewright/core";
import { admit, createFakeCluster, creates, updates } from "@gatewright/testing";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { belongsTo, CREATOR, namespace } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const limit = 3;
const enough = /would be one too many: alice has 3 of at most 3 namespaces$/;

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

  it("takes what nobody came for out again, after three minutes, and what is of no time", async () => {
    const replica = await start();
    for (const name of ["a", "b", "c"]) await create(replica, name);
    const at = async (data: Record<string, number | string>) => {
      const [stored] = await reservations();
      const times = Object.entries(data).map(([name, seconds]) => [
        name,
        typeof seconds === "string" ? seconds : new Date(Date.now() + seconds * 1000).toISOString(),
      ]);
      const object = { ...stored, data: Object.fromEntries(times) } as never;
      await cluster.update("v1/configmaps", object, { fieldManager: "test" });
    };
    await at({ a: -179, b: -100, c: 59 });
    expect((await create(replica, "d")).allowed).to.equal(false);
    await at({ a: -181, b: "no time", c: 61 });
    expect((await create(replica, "d")).allowed).to.equal(true);
    const [after] = (await reservations()) as readonly { data?: object }[];
    expect(Object.keys(after?.data ?? {})).to.deep.equal(["b", "d"]);
  });

  it("counts for the creator, whoever the owners are made to be", async () => {
    const replica = await start();
    for (const name of ["a", "b", "c"]) {
      const { object } = await create(replica, name);
      const given = structuredClone(object) as ReturnType<typeof namespace>;
      Object.assign(given.metadata.annotations, belongsTo([`invented-${name}`], ["alice"]));
      expect((await admit(replica, updates(object as never, given))).allowed).to.equal(true);
      await cluster.create("v1/namespaces", given, { fieldManager: "test" });
    }
    const replicaOfLater = await start();
    for (const stored of await reservations()) {
      const { name, namespace: within } = stored.metadata as { name: string; namespace: string };
      await cluster.delete("v1/configmaps", name, { namespace: within });
    }
    expect((await create(replicaOfLater, "d")).status?.message).to.match(enough);
    expect((await create(replicaOfLater, "e", { user: "invented-a" })).allowed).to.equal(true);
  });

  it("is nobody's to use up but the creator's: who is listed beside others is not counted", async () => {
    const replica = await start();
    for (const name of ["a", "b", "c"]) await create(replica, name);
    const before = namespace("team-b", belongsTo(["bob"]));
    const after = namespace("team-b", belongsTo(["bob", "alice", "zed"]));
    const { allowed } = await admit(replica, updates(before, after, { user: "bob" }));
    expect(allowed).to.equal(true);
    expect(await reservations()).to.have.length(1);
    expect((await create(replica, "z", { user: "zed" })).allowed).to.equal(true);
  });

  it("counts what was provisioned for its first owner, and is not for administrators", async () => {
    const ownedByOthers = [{ kind: "User", name: "portal" }] as const;
    const plugins = [namespaceTenancy({ maxNamespacesPerOwner: limit, ownedByOthers })];
    const webhooks = { "namespaces.example.com": { plugins } };
    const replica = await createPipeline({ webhooks, cluster, reconcile: false });
    replicas.push(replica);
    const provision = (name: string, user: string, groups: string[] = []) =>
      admit(replica, creates(namespace(name, belongsTo(["alice", "bob"])), { user, groups }));
    for (const name of ["a", "b", "c"])
      expect((await provision(name, "portal")).allowed).to.equal(true);
    expect((await provision("d", "portal")).status?.message).to.match(enough);
    expect((await create(replica, "d")).status?.message).to.match(enough);
    const given = await provision("e", "root", ["system:masters"]);
    expect(given.allowed).to.equal(true);
    const { annotations } = (given.object as { metadata: { annotations: object } }).metadata;
    expect(annotations).to.have.property(CREATOR, '{"kind":"User","name":"alice"}');
    expect((await create(replica, "f", { user: "bob" })).allowed).to.equal(true);
  });

  it("deletes ConfigMaps of which nothing counts any more, ten at a time", async () => {
    const replica = await start();
    for (let user = 0; user < 12; user++) await create(replica, `n-${user}`, { user: `u-${user}` });
    expect(await reservations()).to.have.length(12);
    const { now } = Date;
    try {
      Date.now = () => now() + 241_000;
      await create(replica, "later", { user: "u-0" });
      // That of u-0 is in use again.
      expect(await reservations()).to.have.length(2);
      await create(replica, "last", { user: "u-0" });
    } finally {
      Date.now = now;
    }
    const left = (await reservations()) as readonly { data?: object }[];
    expect(left.map(({ data }) => Object.keys(data ?? {}))).to.deep.equal([["later", "last"]]);
  });

  it("writes nothing for who is refused for another reason", async () => {
    const replica = await start();
    const { allowed } = await admit(replica, creates(namespace("a", belongsTo(["bob"]))));
    expect(allowed).to.equal(false);
    expect(await reservations()).to.deep.equal([]);
  });
});
