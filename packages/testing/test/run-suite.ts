import type { ConfigInput, ConfigSchema, PluginFactory } from "@gatewright/core";
import type { PluginSuite } from "../src/plugin-cases.ts";
import { PluginTester } from "../src/plugin-tester.ts";

/** What came of the tests that a suite declares, by `list: title`; undefined where one passed. */
export type SuiteResult = Record<string, (Error & Record<string, unknown>) | undefined>;

/** Declares a suite's tests as a test framework would, and runs them one after another. */
export async function runSuite<Schema extends ConfigSchema | undefined>(
  plugin: PluginFactory<Schema>,
  suite: PluginSuite<ConfigInput<Schema>>,
): Promise<SuiteResult> {
  const titles: string[] = [];
  const tests: { name: string; body: () => Promise<void> }[] = [];
  const { describe, it } = PluginTester;
  PluginTester.describe = (title, body) => {
    titles.push(title);
    body();
    titles.pop();
  };
  PluginTester.it = (title, body) => {
    tests.push({ name: [...titles.slice(1), title].join(": "), body });
  };
  try {
    PluginTester.run(plugin, suite);
  } finally {
    Object.assign(PluginTester, { describe, it });
  }
  const results: SuiteResult = {};
  for (const { name, body } of tests) {
    try {
      await body();
      results[name] = undefined;
    } catch (error) {
      results[name] = error as Error & Record<string, unknown>;
    }
  }
  return results;
}

/** The failure of the suite's only case, without what the suite lacks beside it. */
export async function onlyFailure<Schema extends ConfigSchema | undefined>(
  plugin: PluginFactory<Schema>,
  suite: PluginSuite<ConfigInput<Schema>>,
): Promise<Error & Record<string, unknown>> {
  const { "has cases of both kinds": _, ...results } = await runSuite(plugin, suite);
  const failures = Object.values(results).flatMap((error) => error ?? []);
  if (failures.length !== 1) throw new Error(`expected 1 failure: ${JSON.stringify(results)}`);
  return failures[0] as Error & Record<string, unknown>;
}
