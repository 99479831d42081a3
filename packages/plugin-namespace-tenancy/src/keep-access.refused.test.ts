import { type ClusterConnection, ClusterError, type KubernetesObject } from "@gatewright/core";
import { createFakeCluster, reconcile } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { belongsTo, namespace, UNOWNED } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";
import { ROLE_BINDINGS, type RoleBindingLike } from "./role-bindings.ts";

type Binding = KubernetesObject & RoleBindingLike;
const fieldManager = "test";
const invalid = new ClusterError("subjects[0].name: Invalid value", {
  status: 422,
  reason: "Invalid",
});
const forbidden = new ClusterError("attempting to grant RBAC permissions not currently held", {
  status: 403,
  reason: "Forbidden",
});

/** What the fake does not do: it refuses RoleBindings by what is in them, and roleRefs that change. */
function refusing(
  inner: ClusterConnection,
  refusal: (binding: Binding) => Error | undefined,
): ClusterConnection {
  return {
    ...inner,
    async apply(resource, object, options) {
      const binding = object as Binding;
      if (resource === ROLE_BINDINGS) {
        const error = refusal(binding);
        if (error !== undefined) throw error;
        const { name = "", namespace: within = "" } = binding.metadata ?? {};
        const found: Binding | undefined = await inner.get(resource, name, { namespace: within });
        if (found !== undefined && found.roleRef?.name !== binding.roleRef?.name) throw invalid;
      }
      return inner.apply(resource, object, options);
    },
  };
}

const naming = (name: string) => (binding: Binding) =>
  binding.subjects?.some((subject) => subject.name === name) ? invalid : undefined;
const giving = (role: string) => (binding: Binding) =>
  binding.roleRef?.name === role ? forbidden : undefined;

async function shape(cluster: ClusterConnection): Promise<Record<string, string>> {
  const { items } = await cluster.list(ROLE_BINDINGS, { namespace: "team-a" });
  return Object.fromEntries(
    (items as Binding[]).map(({ metadata, roleRef, subjects }) => [
      metadata?.name,
      `${roleRef?.name}: ${(subjects ?? []).map(({ name }) => name).join(", ")}`,
    ]),
  );
}

const kept = async (owners: string[], members: string[] = []) => {
  const cluster = createFakeCluster({ objects: [namespace("team-a", belongsTo(owners, members))] });
  await reconcile(namespaceTenancy(), { cluster });
  return cluster;
};
const change = (cluster: ClusterConnection, annotations: Record<string, string>) =>
  cluster.update("v1/namespaces", namespace("team-a", annotations), { fieldManager });
async function failure(cluster: ClusterConnection, config = {}): Promise<string> {
  return reconcile(namespaceTenancy(config), { cluster }).then(
    () => "none",
    (error: Error) => error.message,
  );
}

describe("reconcile, where RoleBindings are refused", () => {
  it("takes what it can from the others, and says what was refused", async () => {
    const cluster = await kept(["alice"], ["bob", "carol"]);
    await change(cluster, belongsTo(["alice", "odd"], ["carol"]));
    const said = await failure(refusing(cluster, naming("odd")));
    expect(said).to.equal(invalid.message);
    expect(await shape(cluster)).to.deep.equal({
      "gatewright-owners": "admin: alice",
      "gatewright-members": "edit: carol",
    });
    await cluster.close();
  });

  it("lets nobody stay whom the annotations name no more", async () => {
    const cluster = await kept(["alice", "anna"], ["bob", "carol"]);
    await change(cluster, belongsTo(["odd", "anna"], ["odd", "carol"]));
    const said = await failure(refusing(cluster, naming("odd")));
    expect(said).to.equal(`${invalid.message}; ${invalid.message}`);
    expect(await shape(cluster)).to.deep.equal({
      "gatewright-owners": "admin: anna",
      "gatewright-members": "edit: carol",
    });
    await cluster.close();
  });

  it("deletes what cannot be written at all, where it names somebody who left", async () => {
    const cluster = await kept(["alice"], ["bob", "carol"]);
    await change(cluster, belongsTo(["alice", "anna"], ["carol"]));
    const said = await failure(refusing(cluster, () => forbidden));
    expect(said).to.equal(`${forbidden.message}; ${forbidden.message}`);
    expect(await shape(cluster)).to.deep.equal({ "gatewright-owners": "admin: alice" });
    await cluster.close();
  });

  it("deletes one that names nobody any more who is to stay", async () => {
    const cluster = await kept(["alice"], ["bob"]);
    await change(cluster, belongsTo(["alice"], ["odd"]));
    await failure(refusing(cluster, naming("odd")));
    expect(await shape(cluster)).to.deep.equal({ "gatewright-owners": "admin: alice" });
    await cluster.close();
  });

  it("keeps what there is where the API server does not answer", async () => {
    const cluster = await kept(["alice"], ["bob"]);
    await change(cluster, belongsTo(["alice"], ["carol"]));
    const away = new ClusterError("no answer", { status: 0, reason: "Unreachable" });
    expect(await failure(refusing(cluster, () => away))).to.equal("no answer");
    expect(await shape(cluster)).to.have.property("gatewright-members", "edit: bob");
    await cluster.close();
  });
});

describe("reconcile, where the ClusterRoles of the configuration changed", () => {
  const config = { clusterRoles: { owners: "tenant" } };

  it("makes them anew, and leaves nothing beside them", async () => {
    const cluster = await kept(["alice"], ["bob"]);
    expect(
      await failure(
        refusing(cluster, () => undefined),
        config,
      ),
    ).to.equal("none");
    expect(await shape(cluster)).to.deep.equal({
      "gatewright-owners": "tenant: alice",
      "gatewright-members": "edit: bob",
    });
    await cluster.close();
  });

  it("keeps the old ones where the new are refused, for whoever is to have access", async () => {
    const cluster = await kept(["alice", "anna"], ["bob"]);
    await change(cluster, belongsTo(["anna", "carol"]));
    expect(await failure(refusing(cluster, giving("tenant")), config)).to.equal(forbidden.message);
    expect(await shape(cluster)).to.deep.equal({ "gatewright-owners": "admin: anna" });
    await cluster.close();
  });

  it("is never without one of both, whatever call is the last", async () => {
    const inner = await kept(["alice"]);
    for (let calls = 0; ; calls++) {
      let left = calls;
      const count = () => {
        if (left-- <= 0) throw new Error("the server was ended");
      };
      const cluster: ClusterConnection = {
        ...inner,
        apply: async (...args) => (count(), inner.apply(...args)),
        delete: async (...args) => (count(), inner.delete(...args)),
      };
      const said = await failure(
        refusing(cluster, () => undefined),
        {
          clusterRoles: { owners: `tenant-${calls}` },
        },
      );
      expect(Object.values(await shape(inner)).join()).to.include("alice");
      if (said === "none") break;
    }
    await inner.close();
  });

  it("takes away what stood in, with the namespace's release and its owners' leave", async () => {
    const inner = await kept(["alice"]);
    let deleted = 0;
    const ended: ClusterConnection = {
      ...inner,
      delete: async (...args) => {
        if (deleted++ > 0) throw new Error("the server was ended");
        return inner.delete(...args);
      },
      apply: async (resource, object, options) => {
        if (deleted > 0) throw new Error("the server was ended");
        return inner.apply(resource, object, options);
      },
    };
    await failure(ended, config);
    expect(await shape(inner)).to.deep.equal({ "gatewright-owners-next": "tenant: alice" });
    await change(inner, { [UNOWNED]: "true" });
    await reconcile(namespaceTenancy(config), { cluster: inner });
    expect(await shape(inner)).to.deep.equal({});
    await inner.close();
  });
});
