import { expect } from "chai";
import { describe, it } from "mocha";
import { waitUntil } from "@gatewright/testing/control-plane";
import {
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  useTenancyBed,
  within,
} from "./tenancy-bed.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

describe("namespace-tenancy, attack lists 6 and 7: accounts, tokens and RoleBindings", () => {
  const bed = useTenancyBed();
  const apiGroup = "rbac.authorization.k8s.io";
  const bindings = (namespace: string) => `${RBAC}/namespaces/${namespace}/rolebindings`;
  const binding = (name: string, role: string, ...whom: object[]) => ({
    body: {
      metadata: { name },
      roleRef: { apiGroup, kind: "ClusterRole", name: role },
      subjects: whom,
    },
  });
  const user = (name: string) => ({ apiGroup, kind: "User", name });
  const group = (name: string) => ({ apiGroup, kind: "Group", name });
  const account = (namespace: string, name: string) => ({
    kind: "ServiceAccount",
    namespace,
    name,
  });
  const token = async (namespace: string, name: string) => {
    const path = within(namespace, `serviceaccounts/${name}/token`);
    const answer = await bed.call("admin", path, { body: {} });
    expectAllowed(answer);
    return { headers: { authorization: `Bearer ${answer.body.status.token}` } };
  };
  const giveAll = (namespace: string, name: string) =>
    bed.call(
      "admin",
      `${RBAC}/clusterrolebindings`,
      binding(`all-${namespace}-${name}`, "cluster-admin", account(namespace, name)),
    );
  const untilAccount = (namespace: string) =>
    waitUntil(
      async () =>
        (await bed.call("admin", within(namespace, "serviceaccounts/default"))).status === 200,
      { what: "its account" },
    );

  it("6: the namespace's own accounts are members, and no owners", async () => {
    const name = await bed.annsNamespace();
    await untilAccount(name);
    await giveAll(name, "default");
    const own = await token(name, "default");
    expectAllowed(
      await bed.call("admin", within(name, "configmaps"), {
        ...own,
        body: { metadata: { name: "a" } },
      }),
    );
    const patch = (annotations: object) => ({
      ...own,
      method: "PATCH",
      body: { metadata: { annotations } },
    });
    const namespace = `/api/v1/namespaces/${name}`;
    for (const change of [
      { [OWNERS]: subjects(`account:${name}/default`) },
      { [MEMBERS]: "[]" },
      { [OWNERS]: null },
    ]) {
      expectRefused(
        await bed.call("admin", namespace, patch(change)),
        /only its owners change whom/,
      );
    }
    expectRefused(
      await bed.call("admin", namespace, { ...own, method: "DELETE" }),
      /only its owners delete it/,
    );
    // Not by ann's will either: each member who makes a Pod has that account.
    const promote = {
      method: "PATCH",
      body: { metadata: { annotations: { [OWNERS]: subjects("ann", `account:${name}/default`) } } },
    };
    expectRefused(await bed.call("ann", namespace, promote), /itself cannot own it$/, 422);
    // Elsewhere it is a stranger.
    const other = await bed.annsNamespace();
    expectRefused(
      await bed.call("admin", within(other, "configmaps"), {
        ...own,
        body: { metadata: { name: "a" } },
      }),
      `user "system:serviceaccount:${name}:default" is not a member of namespace "${other}" (owners: ann)`,
    );
  });

  it("6: accounts of kube-system are strangers, but for the controllers by name", async () => {
    const name = await bed.annsNamespace();
    for (const which of ["default", "namespace-controller"]) {
      await waitUntil(
        async () =>
          (await bed.call("admin", within("kube-system", `serviceaccounts/${which}`))).status ===
          200,
        { what: which },
      );
      await giveAll("kube-system", which);
    }
    const body = { metadata: { name: "a" } };
    const other = await token("kube-system", "default");
    expectRefused(
      await bed.call("admin", within(name, "configmaps"), { ...other, body }),
      /^user "system:serviceaccount:kube-system:default" is not/,
    );
    const controller = await token("kube-system", "namespace-controller");
    expectAllowed(await bed.call("admin", within(name, "configmaps"), { ...controller, body }));
    const steal = {
      ...controller,
      method: "PATCH",
      body: { metadata: { annotations: { [OWNERS]: subjects("ben") } } },
    };
    expectRefused(
      await bed.call("admin", `/api/v1/namespaces/${name}`, steal),
      /only an administrator can$/,
    );
  });

  it("7: impersonation is the impersonated's", async () => {
    const name = await bed.annsNamespace();
    const as = (who: string) => ({ "Impersonate-User": who, "Impersonate-Group": "generous" });
    const write = (caller: string, who: string, which: string) =>
      bed.call(caller, within(name, "configmaps"), {
        headers: as(who),
        body: { metadata: { name: which } },
      });
    expectRefused(await write("admin", "ben", "a"), /^user "ben" is not a member/);
    expectRefused(await write("ann", "ben", "a"), /^user "ben" is not a member/);
    // Whoever RBAC lets impersonate ann is ann: the README says so.
    expectAllowed(await write("ben", "ann", "a"));
  });

  it("7: serviceaccounts/token, and Secrets that are tokens", async () => {
    const name = await bed.annsNamespace();
    await untilAccount(name);
    const path = within(name, "serviceaccounts/default/token");
    expectRefused(await bed.call("ben", path, { body: {} }), /^user "ben" is not a member/);
    expectAllowed(await bed.call("cem", path, { body: {} }));
    const secret = {
      metadata: { name: "t", annotations: { "kubernetes.io/service-account.name": "default" } },
      type: "kubernetes.io/service-account-token",
    };
    expectRefused(
      await bed.call("ben", within(name, "secrets"), { body: secret }),
      /is not a member/,
    );
  });

  it("7: a RoleBinding to a foreign subject, or to more than tenants may give", async () => {
    const name = await bed.annsNamespace();
    const create = (by: string, role: string, ...whom: object[]) =>
      bed.call(by, `${bindings(name)}?dryRun=All`, binding("granted", role, ...whom));
    expectRefused(await create("ben", "view", user("ben")), /^user "ben" is not a member/);
    for (const foreign of [
      user("ben"),
      group("system:authenticated"),
      group("ann"),
      user("\u0430nn"),
      account("default", "default"),
      user("system:serviceaccount:default:default"),
      group("system:serviceaccounts"),
    ]) {
      for (const by of ["ann", "cem"]) {
        expectRefused(
          await create(by, "view", user("ann"), foreign),
          /may name only its owners, its members and its own/,
        );
      }
    }
    for (const role of ["cluster-admin", "system:node", "system:controller:namespace-controller"]) {
      expectRefused(
        await create("ann", role, user("ann")),
        `RoleBindings in namespace "${name}" may not give ClusterRole ${role}`,
      );
    }
    for (const role of ["admin", "edit", "view"]) {
      expectAllowed(
        await create(
          "ann",
          role,
          user("cem"),
          account(name, "bot"),
          group(`system:serviceaccounts:${name}`),
        ),
      );
    }
    expectAllowed(
      await bed.call("admin", bindings(name), binding("by-admin", "view", user("ben"))),
    );
    const add = { method: "PATCH", body: { subjects: [user("ben"), user("dora")] } };
    expectRefused(await bed.call("ann", `${bindings(name)}/by-admin`, add), /not User dora$/);
  });

  it("7: the server's RoleBindings are not theirs, in any namespace", async () => {
    const name = await bed.annsNamespace();
    const kept = `${bindings(name)}/gatewright-owners`;
    await waitUntil(async () => (await bed.call("admin", kept)).status === 200, { what: kept });
    for (const by of ["ann", "cem"]) {
      expectRefused(
        await bed.call(by, kept, { method: "DELETE" }),
        /may not write RoleBinding gatewright-owners/,
      );
      expectRefused(
        await bed.call(by, kept, { method: "PATCH", body: { subjects: [] } }),
        /may not write RoleBinding/,
      );
    }
    expectRefused(
      await bed.call("ann", bindings(name), { method: "DELETE" }),
      /may not write RoleBinding/,
    );
    const elsewhere = await bed.call(
      "ben",
      bindings("default"),
      binding("gatewright-members", "view", user("ben")),
    );
    expectRefused(elsewhere, /may not write RoleBinding gatewright-members in namespace "default"/);
    expect((await bed.call("admin", kept)).body.subjects).to.deep.equal([user("ann")]);
  });
});
