import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type Stage, startStage } from "../stage/stage.ts";
import { type Installed, installation } from "./installed.ts";
import { atOnce, namespaceAlone, ways } from "./ways.ts";

const ORDERS = 20;
/** So many side by side. */
const BATCH = 4;

describe("installed in any order, and uninstalled in every wrong one", () => {
  let stage: Stage;
  before("start the stage", async () => {
    stage = await startStage();
  });
  after("end the stage", () => stage?.close());

  for (let from = 0; from < ORDERS; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, index) => from + index);
    const wayOf = (number: number) => ways[number % ways.length] as (typeof ways)[number];
    const shown = `${from + 1} to ${from + BATCH}`;
    let installed: Installed[] = [];

    it(`orders ${shown}: comes up, is registered, and judges`, async () => {
      installed = numbers.map((number) => installation(stage, number));
      const again = await Promise.all(
        installed.map(async (one) => {
          const count = await one.install();
          await one.untilDenied();
          return count;
        }),
      );
      console.log(
        installed
          .map(({ seed }, index) => `seed ${seed}: ${again[index]} applied again`)
          .join(", "),
      );
    });

    it(`orders ${shown}: ${numbers.map((number) => wayOf(number).name).join("; ")}: nothing blocks`, async () => {
      const times = await Promise.all(
        installed.map((one, index) => one.uninstall(wayOf(from + index))),
      );
      const shown = times.map((time) => `${(time / 1_000).toFixed(1)} s`);
      console.log(`at the longest, no pod could be created for ${shown.join(", ")}`);
      // An operator who waits for it is done by then.
      for (const time of times) expect(time).to.be.lessThan(30_000);
    });
  }

  it("nor does it where every replica is dead, once it is uninstalled", async () => {
    const dead = [atOnce, namespaceAlone].map((way, index) => ({
      way,
      one: installation(stage, ORDERS + index),
    }));
    for (const { one } of dead) await one.install();
    for (const { one } of dead) await one.untilDenied();
    stage.nodes.powerOff();
    for (const { way, one } of dead) {
      // Had nothing been in the way, the tests above would not have noticed either.
      await waitUntil(async () => !(await one.isFree()), { what: "pods to be blocked" });
      const blocked = await one.uninstall(way);
      console.log(`${way.name}: free after ${(blocked / 1_000).toFixed(1)} s`);
      expect(blocked).to.be.lessThan(60_000);
    }
  });
});
