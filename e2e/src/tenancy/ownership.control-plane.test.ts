import { describe, it } from "mocha";
import { expect } from "chai";
import {
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  UNOWNED,
  useTenancyBed,
} from "./tenancy-bed.ts";
import { HOME } from "./tenancy-plane.ts";

type Annotations = Record<string, string | null>;

/** The ways by which a Namespace is changed. Each sends all of the annotations that are to be there. */
const ways = ["PUT", "merge patch", "JSON patch", "server-side apply"] as const;
type Way = (typeof ways)[number];

describe("namespace-tenancy, attack list 1: the owner annotation", () => {
  const bed = useTenancyBed();

  /** Changes annotations, null for those that are to go. */
  async function change(user: string, name: string, way: Way, annotations: Annotations, sub = "") {
    const path = `/api/v1/namespaces/${name}${sub}`;
    const before = await bed.stored(name);
    const all: Annotations = { ...before.metadata.annotations, ...annotations };
    const left = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    if (way === "PUT") {
      const metadata = { ...before.metadata, annotations: left };
      return bed.call(user, path, { method: "PUT", body: { ...before, metadata } });
    }
    if (way === "merge patch") {
      return bed.call(user, path, { method: "PATCH", body: { metadata: { annotations } } });
    }
    if (way === "JSON patch") {
      return bed.call(user, path, {
        method: "PATCH",
        contentType: "application/json-patch+json",
        body: [{ op: "add", path: "/metadata/annotations", value: left }],
      });
    }
    const applied = Object.entries(annotations).filter(([, value]) => value !== null);
    return bed.call(user, `${path}?fieldManager=attack&force=true`, {
      method: "PATCH",
      contentType: "application/apply-patch+yaml",
      body: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, annotations: Object.fromEntries(applied) },
      },
    });
  }

  const attacks: Record<string, Annotations> = {
    edited: { [OWNERS]: subjects("ben") },
    "a further owner": { [OWNERS]: subjects("ann", "ben") },
    removed: { [OWNERS]: null },
    "all of it removed": { [OWNERS]: null, [MEMBERS]: null },
    released: { [OWNERS]: null, [MEMBERS]: null, [UNOWNED]: "true" },
    "empty instead": { [OWNERS]: "" },
    "an empty list": { [OWNERS]: "[]" },
    "a further member": { [MEMBERS]: subjects("ben") },
  };
  for (const way of ways) {
    it(`1: edited, removed, emptied or added to, by ${way}: by strangers and members`, async () => {
      const name = await bed.annsNamespace();
      const { annotations } = (await bed.stored(name)).metadata;
      for (const [what, attack] of Object.entries(attacks)) {
        // What is not applied any more was not applied by this manager: it stays.
        if (way === "server-side apply" && Object.values(attack).every((value) => value === null))
          continue;
        const stranger = await change("ben", name, way, attack);
        expectRefused(stranger, `user "ben" is not a member of namespace "${name}" (owners: ann)`);
        expectRefused(await change("cem", name, way, attack), /only its owners change whom/);
        expect((await bed.stored(name)).metadata.annotations, what).to.deep.equal(annotations);
      }
    });

    it(`1: added, by ${way}, to namespaces that nobody owns, kube-system, default and our own`, async () => {
      const unowned = await bed.createNamespace("admin");
      for (const name of [unowned, "kube-system", "default", HOME]) {
        for (const claim of [
          { [OWNERS]: subjects("ben") },
          { [OWNERS]: "" },
          { [MEMBERS]: "[]" },
        ]) {
          const answer = await change("ben", name, way, claim);
          expectRefused(
            answer,
            /^user "ben" may not set .* of namespace .* only an administrator can$/,
          );
        }
        expect((await bed.stored(name)).metadata.annotations?.[OWNERS]).to.equal(undefined);
      }
    });

    it(`1: by its owner and by an administrator, ${way}`, async () => {
      const name = await bed.annsNamespace();
      expectAllowed(await change("ann", name, way, { [OWNERS]: subjects("ann", "ben") }));
      expectAllowed(await change("ben", name, way, { [OWNERS]: subjects("ben") }));
      // The former owner is nobody now.
      expectRefused(await change("ann", name, way, { [MEMBERS]: "[]" }), /is not a member/);
      for (const attack of [{ [OWNERS]: "" }, { [OWNERS]: "ben" }]) {
        expectRefused(
          await change("ben", name, way, attack),
          /^namespace .* would belong to nobody/,
          422,
        );
      }
      expectRefused(
        await change("ben", name, way, { [OWNERS]: "[]" }),
        /the last one cannot leave$/,
      );
      if (way !== "server-side apply") {
        expectRefused(
          await change("ben", name, way, { [OWNERS]: null }),
          /the last one cannot leave$/,
        );
        expectRefused(
          await change("ben", name, way, { [OWNERS]: null, [MEMBERS]: null }),
          /cannot leave$/,
        );
      }
      expectAllowed(await change("admin", name, way, { [OWNERS]: subjects("ann") }));
      expectRefused(await change("admin", name, way, { [OWNERS]: "" }), /it is empty$/, 422);
    });
  }

  it("1: a patch that was made of an older version changes nothing either", async () => {
    const name = await bed.annsNamespace();
    const answer = await bed.call("ben", `/api/v1/namespaces/${name}`, {
      method: "PATCH",
      contentType: "application/json-patch+json",
      body: [
        { op: "replace", path: `/metadata/annotations/${OWNERS.replace("/", "~1")}`, value: "[]" },
      ],
    });
    expectRefused(answer, /is not a member/);
  });

  it("2: through namespaces/status and namespaces/finalize, which keep metadata", async () => {
    const name = await bed.annsNamespace();
    const unowned = await bed.createNamespace("admin");
    const { annotations } = (await bed.stored(name)).metadata;
    for (const [sub, way] of [
      ["/status", "PUT"],
      ["/status", "merge patch"],
      ["/status", "JSON patch"],
      ["/status", "server-side apply"],
      ["/finalize", "PUT"],
    ] as const) {
      for (const attack of Object.values(attacks)) {
        if (way === "server-side apply" && Object.values(attack).every((value) => value === null))
          continue;
        expectRefused(await change("ben", name, way, attack, sub), /is not a member/);
        expectRefused(await change("cem", name, way, attack, sub), /only its owners change whom/);
      }
      const claim = await change("ben", unowned, way, { [OWNERS]: subjects("ben") }, sub);
      expectRefused(claim, /only an administrator can$/);
      expect((await bed.stored(name)).metadata.annotations).to.deep.equal(annotations);
      // And so that it is known that they do keep it:
      expectAllowed(await change("admin", unowned, way, { probed: `${sub} ${way}` }, sub));
      expect((await bed.stored(unowned)).metadata.annotations.probed).to.equal(`${sub} ${way}`);
    }
  });
});
