import type { Logger } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { AS_TEST, installation, NAMESPACE, roll } from "../../test/installation.ts";
import type { LiveConfiguration } from "./differences.ts";
import { registrationSettings } from "./registration-settings.ts";
import { createHolderReport } from "./tell-of-holder.ts";
import { clearMark, markUnregistered } from "./unregistered-mark.ts";

describe("createHolderReport(parts, patienceMs)", () => {
  it("says once who holds the Lease where nothing is registered long after the rollout", async () => {
    const connection = installation();
    const apiVersion = "coordination.k8s.io/v1";
    const metadata = { name: "gatewright-registration", namespace: NAMESPACE };
    const lease = { apiVersion, kind: "Lease", metadata, spec: { holderIdentity: "zombie_1" } };
    await connection.create(`${apiVersion}/leases`, lease, AS_TEST);
    const deployment = { name: "gatewright", namespace: NAMESPACE };
    const settings = registrationSettings({ deployment }, connection, "pod");
    const told: object[] = [];
    const log = { warn: (fields: object) => told.push(fields) } as unknown as Logger;
    let registered: LiveConfiguration | undefined;
    let at = 0;
    const live = {
      get: () => registered,
      others: () => [],
      isSynced: () => true,
      synced: Promise.resolve(),
    };
    const look = createHolderReport({ connection, settings, live, log, now: () => at }, 100);
    const after = async (milliseconds: number): Promise<number> => {
      await look();
      at += milliseconds;
      await look();
      return told.length;
    };
    expect(await after(99)).to.equal(0);
    await roll(connection, { replicas: 3 });
    expect(await after(1_000)).to.equal(0);
    await roll(connection, {});
    await markUnregistered(connection, settings);
    expect(await after(1_000)).to.equal(0);
    await clearMark(connection, settings);
    registered = { apiVersion: "a", kind: "a", metadata: { name: "gatewright" } };
    expect(await after(1_000)).to.equal(0);
    registered = undefined;
    expect(await after(99)).to.equal(0);
    expect(await after(1)).to.equal(1);
    expect(await after(1_000)).to.equal(1);
    expect(told).to.deep.equal([
      { lease: `${NAMESPACE}/gatewright-registration`, holder: "zombie_1" },
    ]);
  });
});
