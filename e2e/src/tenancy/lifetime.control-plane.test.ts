import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import {
  CREATOR,
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  UNOWNED,
  useTenancyBed,
  within,
} from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";

describe("namespace-tenancy, attack lists 3 and 9: from a namespace's creation to its end", () => {
  const bed = useTenancyBed();
  const configMap = (name: string, more = {}) => ({ body: { metadata: { name, ...more } } });
  const gone = (name: string) =>
    waitUntil(async () => (await bed.call("admin", `${NAMESPACES}/${name}`)).status === 404, {
      what: `the end of ${name}`,
    });

  it("3: a foreign owner in what is created, with a name and with generateName", async () => {
    for (const naming of [{ name: bed.newName() }, { generateName: "tenancy-generated-" }]) {
      const create = (user: string, annotations: object) =>
        bed.call(user, NAMESPACES, { body: { metadata: { ...naming, annotations } } });
      for (const foreign of [subjects("ann"), subjects("ben", "ann"), subjects("group:ben")]) {
        expectRefused(
          await create("ben", { [OWNERS]: foreign }),
          /may not create namespace .* for other owners/,
        );
      }
      expectRefused(await create("ben", { [OWNERS]: "" }), /it is empty$/, 422);
      expectRefused(await create("ben", { [OWNERS]: "[]" }), /it lists nobody$/, 422);
      expectRefused(await create("ben", { [UNOWNED]: "true" }), /without an owner$/);
      const own = await create("ben", { [MEMBERS]: subjects("cem") });
      expectAllowed(own);
      expect(own.body.metadata.annotations).to.deep.equal({
        [OWNERS]: subjects("ben"),
        [MEMBERS]: subjects("cem"),
        [CREATOR]: subjects("ben").slice(1, -1),
      });
    }
  });

  it("3: with generateName the creator owns it under the name that it got", async () => {
    const { body } = await bed.call("ann", NAMESPACES, {
      body: { metadata: { generateName: "tenancy-g-" } },
    });
    expect(body.metadata.annotations[OWNERS]).to.equal(subjects("ann"));
    expectRefused(
      await bed.call("ben", within(body.metadata.name, "configmaps"), configMap("a")),
      /is not a member/,
    );
    expectAllowed(await bed.call("ann", within(body.metadata.name, "configmaps"), configMap("a")));
  });

  it("3: an administrator gives one to others, and has one that is nobody's", async () => {
    const given = await bed.createNamespace("admin", {
      annotations: { [OWNERS]: subjects("ann") },
    });
    expectRefused(
      await bed.call("ben", within(given, "configmaps"), configMap("a")),
      /is not a member/,
    );
    const open = await bed.createNamespace("admin");
    expectAllowed(await bed.call("ben", within(open, "configmaps"), configMap("a")));
  });

  it("3, 9: while it ends: strangers write as little, the controllers end it, and then it can be another's", async () => {
    const name = await bed.annsNamespace();
    const held = within(name, "configmaps/held");
    expectAllowed(
      await bed.call(
        "ann",
        within(name, "configmaps"),
        configMap("held", { finalizers: ["example.com/held"] }),
      ),
    );
    expectAllowed(await bed.call("ann", within(name, "configmaps"), configMap("other")));
    expectAllowed(await bed.call("ann", `${NAMESPACES}/${name}`, { method: "DELETE" }));
    await waitUntil(
      async () => (await bed.call("admin", within(name, "configmaps/other"))).status === 404,
      { what: "the namespace controller to delete what is in it" },
    );
    expect((await bed.stored(name)).status.phase).to.equal("Terminating");
    // The API server lets nobody create in it, before any webhook is asked.
    const created = await bed.call("ben", within(name, "configmaps"), configMap("new"));
    expect(created.status).to.equal(403);
    const patch = { method: "PATCH", body: { metadata: { finalizers: null } } };
    expectRefused(await bed.call("ben", held, patch), /is not a member/);
    expectRefused(
      await bed.call("ben", `${NAMESPACES}/${name}`, {
        method: "PATCH",
        body: { metadata: { annotations: { [OWNERS]: subjects("ben") } } },
      }),
      /is not a member/,
    );
    const taken = await bed.call("ben", NAMESPACES, { body: { metadata: { name } } });
    expect([403, 409], taken.text).to.include(taken.status);
    expectAllowed(await bed.call("ann", held, patch));
    await gone(name);
    const again = await bed.call("ben", NAMESPACES, { body: { metadata: { name } } });
    expectAllowed(again);
    expect(again.body.metadata.annotations[OWNERS]).to.equal(subjects("ben"));
    expect(again.body.metadata.annotations[MEMBERS]).to.equal(undefined);
    await waitUntil(
      async () => {
        const answer = await bed.call(
          "ann",
          within(name, "configmaps"),
          configMap(`x-${Date.now()}`),
        );
        expectRefused(answer, `user "ann" is not a member of namespace "${name}" (owners: ben)`);
        return true;
      },
      { what: "the former owner to be a stranger", timeoutMs: 2_000 },
    );
    expectAllowed(await bed.call("ben", within(name, "configmaps"), configMap("mine")));
  });

  it("9: DELETE and deletecollection, of the namespace and in it", async () => {
    const name = await bed.annsNamespace();
    for (const which of ["a", "b"]) {
      expectAllowed(await bed.call("cem", within(name, "configmaps"), configMap(which)));
    }
    const collection = within(name, "configmaps?labelSelector=app!%3Dx");
    expectRefused(await bed.call("ben", collection, { method: "DELETE" }), /is not a member/);
    expectRefused(
      await bed.call("ben", within(name, "configmaps/a"), { method: "DELETE" }),
      /is not a member/,
    );
    expect((await bed.call("admin", within(name, "configmaps/a"))).status).to.equal(200);
    expectAllowed(await bed.call("cem", collection, { method: "DELETE" }));
    expect((await bed.call("admin", within(name, "configmaps/a"))).status).to.equal(404);

    const namespace = `${NAMESPACES}/${name}`;
    expectRefused(await bed.call("ben", namespace, { method: "DELETE" }), /is not a member/);
    expectRefused(
      await bed.call("cem", namespace, { method: "DELETE" }),
      `user "cem" is a member of namespace "${name}", and only its owners delete it (owners: ann)`,
    );
    expectAllowed(await bed.call("ann", namespace, { method: "DELETE" }));
    await gone(name);
  });

  it("9: the garbage collector deletes what lost its owner", async () => {
    const name = await bed.annsNamespace();
    const made = await bed.call("ann", within(name, "configmaps"), configMap("parent"));
    const { uid } = made.body.metadata;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "parent", uid }];
    expectAllowed(
      await bed.call("ann", within(name, "configmaps"), configMap("child", { ownerReferences })),
    );
    expectAllowed(await bed.call("ann", within(name, "configmaps/parent"), { method: "DELETE" }));
    await waitUntil(
      async () => (await bed.call("admin", within(name, "configmaps/child"))).status === 404,
      { what: "the garbage collector" },
    );
  });
});

describe("namespace-tenancy, attack list 4: what else of a namespace is not its tenants'", () => {
  const bed = useTenancyBed({
    protectedKeys: [
      "pod-security.kubernetes.io/",
      "quota.gatewright.dev/",
      "network.example.com/zone",
    ],
  });

  it("4: owner references, finalizers, pod-security, quota and network-policy labels", async () => {
    const name = await bed.annsNamespace();
    const path = `${NAMESPACES}/${name}`;
    const { uid } = (await bed.stored("default")).metadata;
    const ownerReferences = [{ apiVersion: "v1", kind: "Namespace", name: "default", uid }];
    const attacks: Record<string, object> = {
      "metadata.ownerReferences": { ownerReferences },
      "metadata.finalizers": { finalizers: ["example.com/stay"] },
      "metadata.labels[pod-security.kubernetes.io/enforce]": {
        labels: { "pod-security.kubernetes.io/enforce": "privileged" },
      },
      "metadata.annotations[quota.gatewright.dev/plan]": {
        annotations: { "quota.gatewright.dev/plan": "large" },
      },
      "metadata.labels[network.example.com/zone]": { labels: { "network.example.com/zone": "db" } },
    };
    for (const [field, metadata] of Object.entries(attacks)) {
      for (const sub of ["", "/status"]) {
        for (const user of ["ann", "cem"]) {
          const answer = await bed.call(user, `${path}${sub}`, {
            method: "PATCH",
            body: { metadata },
          });
          expectRefused(
            answer,
            `user "${user}" may not set ${field} of namespace "${name}": it is not its tenants' to set`,
          );
          expect(answer.body.details.causes[0].field).to.equal(field);
        }
      }
      const fresh = { metadata: { name: bed.newName(), ...metadata } };
      expectRefused(
        await bed.call("ann", NAMESPACES, { body: fresh }),
        /it is not its tenants' to set$/,
      );
      if (!field.endsWith("ownerReferences")) {
        expectAllowed(
          await bed.call("admin", `${path}?dryRun=All`, { method: "PATCH", body: { metadata } }),
        );
      }
    }
    const whole = await bed.stored(name);
    const finalize = { method: "PUT", body: { ...whole, spec: { finalizers: [] } } };
    expectRefused(
      await bed.call("ann", `${path}/finalize`, finalize),
      /may not set spec.finalizers/,
    );
    // What is nobody's concern stays theirs.
    const labels = { labels: { "network.example.com/other": "x", team: "a" } };
    expectAllowed(await bed.call("cem", path, { method: "PATCH", body: { metadata: labels } }));
  });

  it("4: what an administrator has set they cannot take away", async () => {
    const name = await bed.annsNamespace();
    const path = `${NAMESPACES}/${name}`;
    const label = (value: string | null) => ({
      method: "PATCH",
      body: { metadata: { labels: { "pod-security.kubernetes.io/enforce": value } } },
    });
    expectAllowed(await bed.call("admin", path, label("restricted")));
    expectRefused(await bed.call("ann", path, label(null)), /may not set metadata.labels/);
    expectRefused(await bed.call("ann", path, label("baseline")), /may not set metadata.labels/);
    expectAllowed(await bed.call("ann", path, label("restricted")));
  });
});
