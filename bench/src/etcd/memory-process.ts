/**
 * Decides, and says what memory it takes: half denials of the leader, half grants to one follower, each
 * of which takes the place of the one before.
 * Usage: node --expose-gc memory-process.ts MEMBERS DECISIONS…, the leader first of MEMBERS
 */
import { setTimeout as delay } from "node:timers/promises";
import { deletionOf } from "./departures.ts";
import { guardOf, pipelineOf, reviewerOf } from "./guarded.ts";

/** What is printed at each number of decisions, a line of JSON each. */
export interface Footprint {
  decisions: number;
  heapBytes: number;
  residentBytes: number;
  /** Sockets, timers and the like that Node keeps. */
  resources: number;
}

const [json = "[]", ...at] = process.argv.slice(2);
const members = JSON.parse(json) as [name: string, endpoint: string][];
const [leader = "", follower = ""] = members.map(([name]) => name);
const pipeline = await pipelineOf(
  guardOf(
    members.map(([, endpoint]) => endpoint),
    members.map(([name]) => name),
  ),
);
const reviewer = reviewerOf(pipeline);

let decisions = 0;
for (const stop of at.map(Number)) {
  for (; decisions < stop; decisions++) {
    const [pod, expected] = decisions % 2 === 0 ? [leader, "deny"] : [follower, "allow"];
    const outcome = await reviewer.review(deletionOf(pod));
    if (outcome.kind !== expected) throw new Error(`${pod}: ${JSON.stringify(outcome)}`);
  }
  // The leases of earlier grants are revoked after the answers.
  await delay(500);
  for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().length;
  const footprint = { decisions, heapBytes: heapUsed, residentBytes: rss, resources };
  console.log(JSON.stringify(footprint satisfies Footprint));
}
await pipeline.close();
