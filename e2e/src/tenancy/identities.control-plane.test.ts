import { expect } from "chai";
import { describe, it } from "mocha";
import {
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  useTenancyBed,
  within,
} from "./tenancy-bed.ts";
import { ODD_NAMES } from "./tenancy-plane.ts";

const NAMESPACES = "/api/v1/namespaces";
const names = Object.entries(ODD_NAMES);

describe("namespace-tenancy, attack list 5: identities", () => {
  const bed = useTenancyBed();
  let made = 0;
  const write = (user: string, namespace: string, options: object = {}) =>
    bed.call(user, within(namespace, "configmaps"), {
      body: { metadata: { name: `c-${made++}` } },
      ...options,
    });
  const as = (name: string, ...groups: string[]) => ({
    headers: {
      "Impersonate-User": Buffer.from(name).toString("latin1"),
      ...(groups[0] && { "Impersonate-Group": groups[0] }),
    },
  });
  const quotedForm = (name: string) =>
    JSON.stringify(name).replace(
      /[^ -~]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );

  for (const [what, name] of names) {
    it(`5: ${what}: owns what it created, and is nobody else`, async () => {
      const own = await bed.createNamespace(name);
      expect((await bed.stored(own)).metadata.annotations[OWNERS]).to.equal(subjects(name));
      expectAllowed(await write(name, own));
      for (const [, other] of names.filter(([, one]) => one !== name)) {
        const answer = await write(other, own);
        expectRefused(answer, /^user ".*" is not a member of namespace/);
        const said: string = answer.body.message;
        expect(said).to.include(`user ${quotedForm(other)} is not a member of namespace "${own}"`);
        expect(said).to.match(/^[ -~]*$/);
      }
      for (const other of ["ann", "ben"]) expectRefused(await write(other, own), /is not a member/);
      const anns = await bed.annsNamespace();
      expectRefused(await write(name, anns), /\(owners: ann\)$/);
    });
  }

  it("5: a member of each odd name, and of no other", async () => {
    for (const [what, name] of names) {
      const own = await bed.createNamespace("ann", { annotations: { [MEMBERS]: subjects(name) } });
      expectAllowed(await write(name, own));
      for (const [, other] of names.filter(([one]) => one !== what)) {
        expectRefused(await write(other, own), /is not a member/);
      }
    }
  });

  it("5: a user and a group of equal text", async () => {
    const ofGroup = await bed.createNamespace("ann", {
      annotations: { [MEMBERS]: subjects("group:leads") },
    });
    expectAllowed(await write("lea", ofGroup));
    expectRefused(await write("leads", ofGroup), /^user "leads" is not a member/);
    const ofUser = await bed.createNamespace("ann", {
      annotations: { [MEMBERS]: subjects("leads") },
    });
    expectAllowed(await write("leads", ofUser));
    expectRefused(await write("lea", ofUser), /^user "lea" is not a member/);
    // A group that is called like the owner.
    const own = await bed.annsNamespace();
    expectRefused(await write("admin", own, as("nobody", "ann")), /^user "nobody" is not a member/);
  });

  it("5: system:serviceaccount:ns:name spelled as a user", async () => {
    const own = await bed.annsNamespace();
    const spelled = { [MEMBERS]: subjects("system:serviceaccount:default:default") };
    const patch = { method: "PATCH", body: { metadata: { annotations: spelled } } };
    expectRefused(
      await bed.call("ann", `${NAMESPACES}/${own}`, patch),
      /write its kind as ServiceAccount$/,
      422,
    );
    // More colons than a service account has: a user, and no account of the namespace.
    expectRefused(
      await write("admin", own, as(`system:serviceaccount:${own}:a:b`, "generous")),
      /is not a member/,
    );
    expectRefused(
      await write("admin", own, as(`system:serviceaccount:${own}:`, "generous")),
      /is not a member/,
    );
  });

  it("5: the same account name in two namespaces", async () => {
    const one = await bed.annsNamespace();
    const other = await bed.createNamespace("ann", {
      annotations: { [MEMBERS]: subjects(`account:${one}/bot`) },
    });
    const bot = (of: string) => as(`system:serviceaccount:${of}:bot`);
    // Impersonated accounts have what RBAC gives them: here, everything.
    for (const place of [one, other, "default"]) {
      await bed.call("admin", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
        body: {
          metadata: { name: `bot-${place}` },
          subjects: [{ kind: "ServiceAccount", namespace: place, name: "bot" }],
          roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: "ClusterRole",
            name: "cluster-admin",
          },
        },
      });
    }
    expectAllowed(await write("admin", other, bot(one)));
    expectAllowed(await write("admin", other, bot(other)));
    expectRefused(
      await write("admin", other, bot("default")),
      /^user "system:serviceaccount:default:bot" is not/,
    );
    expectRefused(await write("admin", one, bot(other)), /is not a member/);
  });

  it("5: empty", async () => {
    const own = await bed.annsNamespace();
    expectRefused(
      await write("", own),
      `user "" is not a member of namespace "${own}" (owners: ann)`,
    );
    const body = { metadata: { name: bed.newName() } };
    expectRefused(await bed.call("", NAMESPACES, { body }), 'user "" cannot own a namespace');
  });

  it("5: very long", async () => {
    const long = "x".repeat(1024);
    const body = { metadata: { name: bed.newName() } };
    const impersonated = (name: string) => as(name, "generous");
    expectAllowed(await bed.call("admin", NAMESPACES, { body, ...impersonated(long) }));
    const own = body.metadata.name;
    expectAllowed(await write("admin", own, impersonated(long)));
    for (const near of [`${long}x`, long.slice(1)]) {
      const answer = await write("admin", own, impersonated(near));
      expectRefused(answer, /^user "x{100}"\.\.\. \(\d+ characters\) is not a member/);
    }
    const longer = { metadata: { name: bed.newName() } };
    expectRefused(
      await bed.call("admin", NAMESPACES, { body: longer, ...impersonated(`${long}x`) }),
      /cannot own a namespace$/,
    );
  });
});
