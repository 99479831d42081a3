import type { Logger } from "@gatewright/core";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { expectAllowed, useTenancyBed } from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";

describe("namespace-tenancy: what the configuration names, and comes later", () => {
  const missing = "tenancy-later";
  const bed = useTenancyBed(
    {
      maxNamespacesPerOwner: 500,
      reservationsNamespace: missing,
      clusterRoles: { owners: missing },
    },
    { serve: false },
  );
  const lines: string[] = [];
  before("one server", async () => {
    const to = (level: string) => (_: unknown, text?: string) =>
      void lines.push(`${level}: ${text}`);
    const log: Logger = {
      debug() {},
      info: to("info"),
      warn: to("warn"),
      error: to("error"),
      child: () => log,
    };
    const { server } = await bed.start({ log });
    await bed.register(server);
  });

  const told = (line: string) =>
    waitUntil(() => lines.some((one) => one.startsWith(line)), {
      what: line,
      timeoutMs: 60_000,
    });
  const create = (user: string) =>
    bed.call(user, NAMESPACES, { body: { metadata: { name: bed.newName() } } });
  const reservations = async () => {
    const { body } = await bed.call("admin", `${NAMESPACES}/${missing}/configmaps`);
    return (body.items as { metadata: { name: string } }[])
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith("gatewright-owner-"));
  };

  it("is told of at the start, which does not wait for it", async () => {
    await told(`warn: ClusterRole "${missing}" of clusterRoles.owners does not exist: until`);
    await told(`warn: namespace "${missing}" of reservationsNamespace does not exist: until`);
    expect((await create("ben")).status).to.equal(500);
  });

  it("works once it is there, without a restart", async () => {
    const namespace = { body: { metadata: { name: missing } } };
    const { status, headers } = await bed.call("admin", NAMESPACES, namespace);
    expect(status).to.equal(201);
    // It is an administrator's.
    expect(String(headers["warning"])).to.include(`namespace \\"${missing}\\" has no owner`);
    await told(`info: namespace "${missing}" of reservationsNamespace is there now`);
    const answer = await create("ben");
    expectAllowed(answer);
    const role = { metadata: { name: missing }, rules: [] };
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    expectAllowed(await bed.call("admin", `${rbac}/clusterroles`, { body: role }));
    await told(`info: ClusterRole "${missing}" of clusterRoles.owners is there now`);
    const { name } = answer.body.metadata;
    const kept = `${rbac}/namespaces/${name}/rolebindings/gatewright-owners`;
    await waitUntil(async () => (await bed.call("admin", kept)).status === 200, {
      what: "its owner's RoleBinding",
      timeoutMs: 90_000,
    });
  });

  it("what was put down is deleted when nothing in it counts any more", async () => {
    const before = await reservations();
    expect(before).to.have.length(1);
    const { now } = Date;
    try {
      Date.now = () => now() + 241_000;
      expectAllowed(await create("moe"));
      const isSwept = async () => !(await reservations()).includes(before[0] as string);
      await waitUntil(isSwept, { what: "the sweep", timeoutMs: 30_000 });
      // That of who has just created one is needed.
      expect(await reservations()).to.have.length(1);
    } finally {
      Date.now = now;
    }
  });
});
