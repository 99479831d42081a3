import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { bindGroup, HOME } from "./tenancy-plane.ts";
import { expectAllowed, MEMBERS, OWNERS, subjects, useTenancyBed } from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

describe("namespace-tenancy, where the API server refuses its RoleBindings", () => {
  const bed = useTenancyBed({}, { serve: false });
  const shape = async (name: string) => {
    const { body } = await bed.call("admin", `${RBAC}/namespaces/${name}/rolebindings`);
    type Binding = {
      metadata: { name: string };
      roleRef: { name: string };
      subjects?: { name: string }[];
    };
    return Object.fromEntries(
      (body.items as Binding[]).map(({ metadata, roleRef, subjects: named = [] }) => [
        metadata.name,
        `${roleRef.name}: ${named.map((one) => one.name).join(", ")}`,
      ]),
    );
  };
  const untilShape = (name: string, wanted: Record<string, string>) =>
    waitUntil(
      async () => {
        expect(await shape(name)).to.deep.equal(wanted);
        return true;
      },
      { what: `the RoleBindings of ${name}` },
    );
  const annotate = async (name: string, annotations: object) =>
    expectAllowed(
      await bed.call("ann", `${NAMESPACES}/${name}`, {
        method: "PATCH",
        body: { metadata: { annotations } },
      }),
    );

  it("the old ClusterRole stays until the new one can be given, and who leaves is out by it", async () => {
    const first = await bed.start();
    const { unregister } = await bed.register(first.server);
    const [name, other] = [await bed.annsNamespace(), await bed.annsNamespace()];
    const before = { "gatewright-owners": "admin: ann", "gatewright-members": "edit: cem" };
    for (const one of [name, other]) await untilShape(one, before);
    await first.close();
    await unregister();

    // A ClusterRole that it has no right to give.
    expectAllowed(
      await bed.call("admin", `${RBAC}/clusterroles`, {
        body: {
          metadata: { name: "tenant-of-tests" },
          rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
        },
      }),
    );
    const second = await bed.start({ config: { clusterRoles: { owners: "tenant-of-tests" } } });
    await bed.register(second.server);
    await annotate(name, { [OWNERS]: subjects("ann", "lea") });
    await annotate(name, { [OWNERS]: subjects("lea", "ann"), [MEMBERS]: "[]" });
    // The members' RoleBinding follows, though the owners' cannot.
    await untilShape(name, { "gatewright-owners": "admin: ann" });
    await annotate(other, { [OWNERS]: subjects("lea") });
    // Nobody whom it may name is in the old one.
    await untilShape(other, { "gatewright-members": "edit: cem" });

    expectAllowed(
      await bed.call("admin", `${RBAC}/clusterroles`, {
        body: {
          metadata: { name: "bind-tenant-of-tests" },
          rules: [
            {
              apiGroups: [apiGroup],
              resources: ["clusterroles"],
              resourceNames: ["tenant-of-tests"],
              verbs: ["bind"],
            },
          ],
        },
      }),
    );
    await bindGroup(bed.plane, HOME, "bind-tenant-of-tests");
    await untilShape(name, { "gatewright-owners": "tenant-of-tests: lea, ann" });
    await untilShape(other, {
      "gatewright-owners": "tenant-of-tests: lea",
      "gatewright-members": "edit: cem",
    });
  });
});
