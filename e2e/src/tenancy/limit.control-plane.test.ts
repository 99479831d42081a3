import { once } from "node:events";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { expectAllowed, expectRefused, OWNERS, subjects, useTenancyBed } from "./tenancy-bed.ts";

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
    for (const answer of refused) expectRefused(answer, / owns 10 of at most 10 namespaces$/);
    // Both replicas were asked.
    expect(Math.min(...(balancer?.taken ?? [0]))).to.be.greaterThan(0);
  });

  it("a dry run says the same and takes no place; others have theirs", async () => {
    const body = () => ({ body: { metadata: { name: bed.newName() } } });
    expectRefused(
      await bed.call("max", `${NAMESPACES}?dryRun=All`, body()),
      /owns 10 of at most 10/,
    );
    for (let count = 0; count <= LIMIT; count++) {
      expectAllowed(await bed.call("moe", `${NAMESPACES}?dryRun=All`, body()));
    }
    expect(await owned("moe")).to.equal(0);
    expectAllowed(await bed.call("moe", NAMESPACES, body()));
  });

  it("nobody is made an owner of one more by somebody else", async () => {
    const name = await bed.createNamespace("moe");
    const annotations = { [OWNERS]: subjects("moe", "max") };
    const path = `${NAMESPACES}/${name}`;
    const patch = { method: "PATCH", body: { metadata: { annotations } } };
    expectRefused(await bed.call("moe", path, patch), /max owns 10 of at most 10 namespaces$/);
    expectAllowed(await bed.call("admin", path, patch));
  });
});
