import { waitUntil } from "@gatewright/testing/control-plane";
import { describe, it } from "mocha";
import { HOME } from "./tenancy-plane.ts";
import {
  expectAllowed,
  expectRefused,
  MEMBERS,
  subjects,
  useTenancyBed,
  within,
} from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

describe("namespace-tenancy: what would make a tenant more than one", () => {
  const bed = useTenancyBed({
    administrators: [
      { kind: "Group", name: "system:masters" },
      { kind: "Group", name: "system:serviceaccounts:operations" },
    ],
    ownedByOthers: [{ kind: "ServiceAccount", namespace: "portal", name: "provisioner" }],
    controllers: ["system:serviceaccount:flux-system:kustomize-controller"],
    reservedNames: ["shared-*"],
  });
  const dryRun = `${NAMESPACES}?dryRun=All`;
  const create = (user: string, body: object) => bed.call(user, dryRun, { body });

  it("the namespace of an account that the configuration trusts, or of the system", async () => {
    for (const name of ["flux-system", "portal", "operations", "shared-cache", "kube-alice"]) {
      const body = { metadata: { name } };
      expectRefused(
        await create("ben", body),
        `user "ben" may not give namespace "${name}" to anybody: its name is reserved, and only an administrator can`,
      );
      expectAllowed(await create("admin", body));
    }
    // Only once it has a name.
    const generated = { metadata: { generateName: "kube-" } };
    expectRefused(await create("ben", generated), /^user "ben" may not give namespace "kube-/);
    expectAllowed(await create("ben", { metadata: { name: "kubernetes" } }));
  });

  it("this server's own namespace", async () => {
    // It is there: but for this refusal the answer would be 409.
    expectRefused(
      await create("ben", { metadata: { name: HOME } }),
      `user "ben" may not give namespace "${HOME}" to anybody: its name is reserved, and only an administrator can`,
    );
  });

  it("a namespace that never ends", async () => {
    const name = bed.newName();
    const never = { metadata: { name }, spec: { finalizers: ["example.com/never"] } };
    expectRefused(
      await create("ben", never),
      `user "ben" may not set spec.finalizers of namespace "${name}": it is not its tenants' to set`,
    );
    expectAllowed(await create("ben", { ...never, spec: { finalizers: ["kubernetes"] } }));
    expectAllowed(await create("admin", never));
  });

  it("a service account's name that RBAC refuses, and with it the RoleBinding", async () => {
    const name = await bed.annsNamespace();
    for (const odd of ["a-", "a..b", "a".repeat(254)]) {
      const annotations = { [MEMBERS]: subjects("ben", `account:ci/${odd}`) };
      expectRefused(
        await bed.call("ann", `${NAMESPACES}/${name}`, {
          method: "PATCH",
          body: { metadata: { annotations } },
        }),
        /would belong to nobody: .* no service account can have this name and namespace$/,
        422,
      );
    }
    // What is taken here, RBAC takes.
    const longest = { kind: "ServiceAccount", namespace: "ci", name: "a".repeat(253) };
    expectAllowed(
      await bed.call("admin", `${RBAC}/namespaces/${name}/rolebindings?dryRun=All`, {
        body: {
          metadata: { name: "longest" },
          roleRef: { apiGroup, kind: "ClusterRole", name: "view" },
          subjects: [longest],
        },
      }),
    );
    const annotations = { [MEMBERS]: subjects(`account:ci/${longest.name}`) };
    expectAllowed(
      await bed.call("ann", `${NAMESPACES}/${name}?dryRun=All`, {
        method: "PATCH",
        body: { metadata: { annotations } },
      }),
    );
  });

  it("a Lease by which servers agree who reconciles, in whosever namespace", async () => {
    const name = await bed.annsNamespace();
    for (const [user, namespace] of [
      ["ann", name],
      ["cem", name],
      ["ben", "default"],
    ] as const) {
      const lease = { metadata: { name: "gatewright-namespace-tenancy" } };
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases?dryRun=All`;
      expectRefused(
        await bed.call(user, path, { body: lease }),
        `user "${user}" may not write Lease gatewright-namespace-tenancy in namespace "${namespace}": it is of Gatewright's own elections`,
      );
      expectRefused(
        await bed.call(user, path, { body: { metadata: { generateName: "gatewright-" } } }),
        /^user ".*" may not write Lease gatewright-/,
      );
      expectAllowed(await bed.call(user, path, { body: { metadata: { name: "my-election" } } }));
      expectAllowed(await bed.call("admin", path, { body: lease }));
    }
  });

  it("a RoleBinding that everybody's requests would walk for long", async () => {
    const name = await bed.annsNamespace();
    const path = `${RBAC}/namespaces/${name}/rolebindings?dryRun=All`;
    const binding = (...names: string[]) => ({
      body: {
        metadata: { name: "many" },
        roleRef: { apiGroup, kind: "ClusterRole", name: "view" },
        subjects: names.map((one) => ({ kind: "ServiceAccount", namespace: name, name: one })),
      },
    });
    const bots = (count: number) => Array.from({ length: count }, (_, index) => `bot-${index}`);
    expectAllowed(await bed.call("cem", path, binding(...bots(100))));
    expectRefused(await bed.call("cem", path, binding(...bots(101))), /at most 100 subjects/);
    expectRefused(await bed.call("cem", path, binding("a", "b", "a")), /may name nobody twice/);
    expectAllowed(await bed.call("admin", path, binding(...bots(101))));
  });

  it("what was made of a token while he was a member goes on, as the README says: it is the account's", async () => {
    const name = await bed.annsNamespace();
    const cem = await bed.call("cem", within(name, "serviceaccounts"), {
      body: { metadata: { name: "mine" } },
    });
    expectAllowed(cem);
    const answer = await bed.call("cem", within(name, "serviceaccounts/mine/token"), { body: {} });
    expectAllowed(answer);
    const asAccount = { headers: { authorization: `Bearer ${answer.body.status.token}` } };
    const binding = {
      metadata: { name: "mine" },
      roleRef: { apiGroup, kind: "ClusterRole", name: "edit" },
      subjects: [{ kind: "ServiceAccount", namespace: name, name: "mine" }],
    };
    expectAllowed(
      await bed.call("cem", `${RBAC}/namespaces/${name}/rolebindings`, { body: binding }),
    );
    const write = (options: object, which: string) =>
      bed.call("cem", within(name, "configmaps"), {
        ...options,
        body: { metadata: { name: which } },
      });
    await waitUntil(async () => (await write(asAccount, "before")).status === 201, {
      what: "RBAC to know the account",
    });
    expectAllowed(
      await bed.call("ann", `${NAMESPACES}/${name}`, {
        method: "PATCH",
        body: { metadata: { annotations: { [MEMBERS]: "[]" } } },
      }),
    );
    await waitUntil(async () => (await write({}, `his-${Date.now()}`)).status === 403, {
      what: "cem to be out",
    });
    expectAllowed(await write(asAccount, "after"));
    // And how it ends.
    const account = within(name, "serviceaccounts/mine");
    expectAllowed(await bed.call("ann", account, { method: "DELETE" }));
    await waitUntil(async () => (await write(asAccount, `late-${Date.now()}`)).status === 401, {
      what: "the token to end with its account",
    });
  });
});
