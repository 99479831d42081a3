/**
 * A replica of the guard in a process of its own, reduced to its grants: `fork("replica.ts")` with the
 * endpoints as arguments, then a message for each step.
 */
import { createConnections } from "../src/connections.ts";
import { createGrants, type Grants } from "../src/grants.ts";

/** What a replica is told. */
export type Order =
  /** Everybody looks at the grants by himself; then they wait. */
  | { readonly look: number }
  /** All at once take a grant where they have seen none, each for another member. */
  | { readonly take: string };

/** What it answers when it is done: who took a grant, and at which revision. */
export type Report = readonly { readonly member: string; readonly revision: string }[];

const endpoints = process.argv.slice(2);
const connections = await createConnections({ endpoints });
let takers: Grants[] = [];

/** As a judge does: looks again when another was faster, and stops where somebody may go already. */
async function take(grants: Grants, member: string): Promise<Report> {
  const lease = await grants.lease(endpoints, 60);
  let view = grants.last() ?? (await grants.read(endpoints));
  while (view.grants.length === 0) {
    const grant = {
      memberId: member,
      member,
      pod: member,
      podUid: undefined,
      movingTo: undefined,
      forced: false,
      since: "now",
    };
    const taking = await grants.take(endpoints, view, grant, lease);
    if (taking.taken) return [{ member, revision: taking.taken.revision }];
    ({ view } = taking);
  }
  await grants.dropLease(endpoints, lease);
  return [];
}

async function follow(order: Order): Promise<Report> {
  if ("look" in order) {
    takers = Array.from({ length: order.look }, () => createGrants(connections, 5_000));
    await Promise.all(takers.map((grants) => grants.read(endpoints)));
    return [];
  }
  const names = takers.map((_, index) => `${order.take}${index}`);
  const taken = await Promise.all(
    takers.map((grants, index) => take(grants, names[index] as string)),
  );
  await Promise.all(takers.map((grants) => grants.settled()));
  return taken.flat();
}

process.on("message", (order: Order) => {
  void follow(order).then((report) => process.send?.(report));
});
process.once("disconnect", () => void connections.close());
process.send?.([]);
