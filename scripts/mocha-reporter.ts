/** mocha's own "spec" reporter, which also hands its counts to `scripts/test.ts`. */
import { appendFileSync } from "node:fs";
import Mocha from "mocha";

/** What one mocha run adds to the total. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** One line for the end of the whole run: why tests were skipped. */
  note?: string;
}

/**
 * Appends one line of JSON, the run's `Counts`, to the file named by `GATEWRIGHT_TEST_COUNTS`.
 * A function, because mocha calls it with `new` and it hands back the reporter it wraps.
 */
export default function reporter(runner: Mocha.Runner, options: Mocha.MochaOptions): object {
  const file = process.env["GATEWRIGHT_TEST_COUNTS"];
  if (file !== undefined) {
    runner.once("end", () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      appendFileSync(file, `${JSON.stringify(counts)}\n`);
    });
  }
  return new Mocha.reporters.Spec(runner, options);
}
