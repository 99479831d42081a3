import { expect } from "chai";
import { describe, it } from "mocha";
import { loaded, observed, plugin, podRequest } from "../test/reviews.ts";
import type { LoadedHook, LoadedPlugin } from "./loaded-plugin.ts";
import { runStep } from "./step.ts";

/** How far away a handler is told that its deadline is, in milliseconds. */
async function told(reviewMs: number, ownSeconds: number | undefined): Promise<number> {
  let left = NaN;
  const one = plugin("one", {
    validate: (_request, { deadline }) => void (left = deadline - Date.now()),
  });
  const entry = ownSeconds === undefined ? one : { plugin: one, timeoutSeconds: ownSeconds };
  const [step] = (await loaded([entry])) as [LoadedPlugin];
  const until = performance.now() + reviewMs;
  await runStep(step, step.validate as LoadedHook, podRequest(), {}, until, observed().observer);
  return left;
}

describe("runStep(): context.deadline", () => {
  for (const [what, reviewMs, ownSeconds, expected] of [
    ["the plugin's own where that is first", 60_000, 20, 20_000],
    ["the review's where that is first", 30_000, 50, 30_000],
    ["the review's where the plugin has none", 30_000, undefined, 30_000],
    ["now where the review's has passed", -30_000, undefined, 0],
  ] as const) {
    it(`is ${what}`, async () => {
      expect(await told(reviewMs, ownSeconds)).to.be.closeTo(expected, 5_000);
    });
  }
});
