// A reflector on a scripted API server, in a time that passes when a test says so.
import { expect } from "chai";
import { startReflector } from "../src/cluster/reflector.ts";
import { createStore } from "../src/cluster/store.ts";
import { createFakeClock, settled } from "./fake-clock.ts";
import { recordingLogger } from "./lines.ts";
import { namespace, scriptedCluster } from "./scripted-cluster.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** A reflector, closed at the test's end, with nothing left waiting. */
export async function following(
  test: (parts: ReturnType<typeof start>) => Promise<void>,
  prepare: (cluster: ReturnType<typeof scriptedCluster>) => void = () => {},
): Promise<void> {
  const parts = start(prepare);
  await settled();
  await test(parts);
  await parts.reflector.close();
  expect(parts.clock.waiting()).to.equal(0);
}

function start(prepare: (cluster: ReturnType<typeof scriptedCluster>) => void) {
  const [clock, cluster, store, log] = [
    createFakeClock(),
    scriptedCluster(),
    createStore(),
    recordingLogger(),
  ];
  cluster.listed = { items: [namespace("a", "7")], resourceVersion: "10" };
  prepare(cluster);
  const options = { connection: cluster, resource: "v1/namespaces", store, log, clock };
  const reflector = startReflector(options);
  const names = () => store.list().map(({ metadata }) => metadata?.name);
  return { clock, cluster, store, log, reflector, names };
}
