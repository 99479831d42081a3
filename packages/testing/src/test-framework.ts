/** Groups tests. */
export type Describe = (title: string, body: () => void) => unknown;

/** Declares a test. */
export type It = (title: string, body: () => Promise<void>) => unknown;

/** What tests are declared with. */
export interface TestFramework {
  describe: Describe;
  it: It;
}

/**
 * What was set; else the globals, which mocha, Jest and vitest with `globals: true` have; else `node:test`.
 *
 * @throws Error under vitest without globals, which would not see tests of `node:test`.
 */
export function findTestFramework(set: {
  describe: Describe | undefined;
  it: It | undefined;
}): TestFramework {
  if (set.describe !== undefined && set.it !== undefined) {
    return { describe: set.describe, it: set.it };
  }
  const { describe, it } = globalThis as Partial<TestFramework>;
  if (typeof describe === "function" && typeof it === "function") return { describe, it };
  if (process.env["VITEST"] !== undefined) {
    throw new Error(
      "vitest runs without globals: set PluginTester.describe and PluginTester.it to vitest's " +
        '(import { describe, it } from "vitest"), or test.globals to true in its configuration',
    );
  }
  const nodeTest = process.getBuiltinModule("node:test");
  return { describe: nodeTest.describe, it: nodeTest.it };
}
