import { once } from "node:events";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import {
  CREATOR,
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  useTenancyBed,
} from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";
const LIMIT = 10;
const AT_ONCE = 50;

/** What a Service is to two replicas: each new connection goes to the next one. */
async function balance(ports: readonly number[]) {
  const open = new Set<Socket>();
  const taken = ports.map(() => 0);
  let next = 0;
  const server = createTcpServer((client) => {
    const index = next++ % ports.length;
    taken[index] = (taken[index] as number) + 1;
    const replica = connect(ports[index] as number, "127.0.0.1");
    for (const [one, other] of [
      [client, replica],
      [replica, client],
    ] as const) {
      open.add(one);
      one
        .on("error", () => other.destroy())
        .on("close", () => {
          open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}

describe("namespace-tenancy: maxNamespacesPerOwner, two replicas behind one address", () => {
  const bed = useTenancyBed({ maxNamespacesPerOwner: LIMIT }, { serve: false });
  let balancer: Awaited<ReturnType<typeof balance>> | undefined;
  before("two replicas", async () => {
    const replicas = [await bed.start(), await bed.start()];
    balancer = await balance(replicas.map(({ server }) => server.port));
    const [first] = replicas;
    if (first === undefined) throw new Error("no replica");
    const { port } = balancer;
    const { endpoints, caFile } = first.server;
    await bed.register({ port, url: `https://127.0.0.1:${port}`, caFile, endpoints });
  });
  after("the balancer", () => balancer?.close());

  const owned = async (user: string) => {
    const { body } = await bed.call("admin", NAMESPACES);
    return (body.items as { metadata: { annotations?: Record<string, string> } }[]).filter(
      ({ metadata }) => metadata.annotations?.[OWNERS] === subjects(user),
    ).length;
  };

  it(`${AT_ONCE} created in parallel by one owner with a limit of ${LIMIT}: exactly ${LIMIT} exist`, async () => {
    const users = ["max", "mia"];
    const answers = await Promise.all(
      users.flatMap((user) =>
        Array.from({ length: AT_ONCE }, async (_, index) => {
          // Every other one gets its name from the API server, between the phases.
          const naming = index % 2 ? { name: bed.newName() } : { generateName: "tenancy-many-" };
          return bed.call(user, NAMESPACES, { body: { metadata: naming } });
        }),
      ),
    );
    for (const user of users) {
      const before = await owned(user);
      expect(before, user).to.equal(LIMIT);
    }
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).to.have.length(users.length * (AT_ONCE - LIMIT));
    for (const answer of refused) expectRefused(answer, / has 10 of at most 10 namespaces$/);
    // Both replicas were asked.
    expect(Math.min(...(balancer?.taken ?? [0]))).to.be.greaterThan(0);
  });

  it("a dry run says the same and takes no place; others have theirs", async () => {
    const body = () => ({ body: { metadata: { name: bed.newName() } } });
    expectRefused(
      await bed.call("max", `${NAMESPACES}?dryRun=All`, body()),
      /has 10 of at most 10/,
    );
    for (let count = 0; count <= LIMIT; count++) {
      expectAllowed(await bed.call("moe", `${NAMESPACES}?dryRun=All`, body()));
    }
    expect(await owned("moe")).to.equal(0);
    expectAllowed(await bed.call("moe", NAMESPACES, body()));
  });

  const patch = (user: string, name: string, annotations: Record<string, string | null>) =>
    bed.call(user, `${NAMESPACES}/${name}`, {
      method: "PATCH",
      body: { metadata: { annotations } },
    });

  it("who hands his namespaces to others has not one more", async () => {
    const { body } = await bed.call("admin", NAMESPACES);
    const names = (
      body.items as { metadata: { name: string; annotations?: Record<string, string> } }[]
    )
      .filter(({ metadata }) => metadata.annotations?.[OWNERS] === subjects("mia"))
      .map(({ metadata }) => metadata.name);
    expect(names).to.have.length(LIMIT);
    for (const [index, name] of names.entries()) {
      const handed = { [OWNERS]: subjects(`invented-${index}`), [MEMBERS]: subjects("mia") };
      expectAllowed(await patch("mia", name, handed));
    }
    expect(await owned("mia")).to.equal(0);
    const metadata = { name: bed.newName() };
    expectRefused(
      await bed.call("mia", NAMESPACES, { body: { metadata } }),
      /mia has 10 of at most 10 namespaces$/,
    );
  });

  it("nobody's places are used up by who lists him", async () => {
    const name = await bed.createNamespace("moe");
    expectAllowed(await patch("moe", name, { [OWNERS]: subjects("moe", "max", "ben") }));
    expectAllowed(
      await bed.call("ben", NAMESPACES, { body: { metadata: { name: bed.newName() } } }),
    );
  });

  it("a creator is neither forged, nor changed or removed later, but by an administrator", async () => {
    const creator = (user: string) => subjects(user).slice(1, -1);
    const name = await bed.createNamespace("moe");
    const { annotations } = (await bed.stored(name)).metadata;
    expect(annotations).to.deep.equal({ [OWNERS]: subjects("moe"), [CREATOR]: creator("moe") });
    for (const annotation of [creator("ben"), "", null]) {
      for (const sub of ["", "/status"]) {
        const change = { metadata: { annotations: { [CREATOR]: annotation } } };
        const path = `${NAMESPACES}/${name}${sub}`;
        const answer = await bed.call("moe", path, { method: "PATCH", body: change });
        expectRefused(answer, /^user "moe" may not set .*creator\] .* only an administrator can$/);
      }
    }
    const forged = { name: bed.newName(), annotations: { [CREATOR]: creator("ben") } };
    expectRefused(
      await bed.call("moe", NAMESPACES, { body: { metadata: forged } }),
      `namespace "${forged.name}" counts for moe, not for ben`,
    );
    expectAllowed(await patch("admin", name, { [CREATOR]: creator("ben") }));
  });

  it("a list has at most a hundred", async () => {
    const name = await bed.createNamespace("moe");
    const many = (count: number) =>
      subjects("moe", ...Array.from({ length: count - 1 }, (_, index) => `u-${index}`));
    for (const annotation of [OWNERS, MEMBERS]) {
      expectAllowed(await patch("moe", name, { [annotation]: many(100) }));
      for (const user of ["moe", "admin"]) {
        expectRefused(
          await patch(user, name, { [annotation]: many(101) }),
          /it lists 101 subjects, and at most 100 are allowed$/,
          422,
        );
      }
    }
  });
});
