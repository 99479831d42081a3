import { isDeepStrictEqual } from "node:util";
import type { ConfigInput, ConfigSchema, PluginFactory } from "@gatewright/core";
import {
  describeRequest,
  expectSuite,
  type ListedCase,
  listCases,
  misstatement,
  type PluginSuite,
  type RejectedConfigCase,
} from "./plugin-cases.ts";
import { failureOf, type Problem } from "./problem.ts";
import type { AnyFactory } from "./rehearsal.ts";
import { runRejectedConfig } from "./rejected-config.ts";
import { runCase } from "./run-case.ts";
import { type Describe, findTestFramework, type It } from "./test-framework.ts";

/** Declares tests of a plugin, one for each case, with whatever test framework runs the file. */
export interface PluginTester {
  /** @default the global one, of mocha, Jest or vitest; else that of `node:test` */
  describe: Describe | undefined;
  /** @default the global one, of mocha, Jest or vitest; else that of `node:test` */
  it: It | undefined;
  /**
   * Declares a test for each case. `plugin` is what `definePlugin` returned, not called: each case has an
   * instance of its own, set up and closed.
   *
   * Besides what a case says, its test fails where the plugin's rules do not cover the request, a second
   * pass over the patched object patches again, a dry run comes out otherwise or has an effect, a verb is
   * used after the review's end, something is left open, the case is there twice, or the plugin wrote to
   * what it may only read. A suite fails without a case that is allowed and one that is not left alone.
   */
  run<Schema extends ConfigSchema | undefined>(
    plugin: PluginFactory<Schema>,
    suite: PluginSuite<ConfigInput<Schema>>,
  ): void;
  /** The same under another title than the plugin's name. */
  run<Schema extends ConfigSchema | undefined>(
    title: string,
    plugin: PluginFactory<Schema>,
    suite: PluginSuite<ConfigInput<Schema>>,
  ): void;
}

/**
 * Tests a plugin without a cluster: what it allows, denies, patches, and which configuration it refuses.
 *
 * @example
 * PluginTester.run(noHostNetwork, {
 *   allows: [creates(pod)],
 *   denies: [{ request: creates(hostPod), message: "host network is not allowed" }],
 * });
 */
export const PluginTester: PluginTester = {
  describe: undefined,
  it: undefined,
  run(...given: [string, unknown, unknown] | [unknown, unknown]) {
    const [plugin, suite] = given.slice(-2) as [PluginFactory, PluginSuite];
    if (typeof plugin !== "function" || typeof plugin.definition !== "object") {
      throw new TypeError(
        "PluginTester.run takes what definePlugin returned, not called: run(plugin, { allows, denies, … })",
      );
    }
    const title = given.length === 3 ? given[0] : plugin.definition.name;
    expectSuite(suite);
    // Where the suite stands, for the failures of its cases.
    const at = new Error(title);
    Error.captureStackTrace(at, PluginTester.run);
    declare(title, plugin, suite, at);
  },
};

/** A test that is to be declared. */
interface Declared {
  list: string;
  title: string;
  run: () => Promise<Problem[]>;
}

function declare(title: string, factory: AnyFactory, suite: PluginSuite, at: Error): void {
  const { describe, it } = findTestFramework(PluginTester);
  const tests = [...requestTests(factory, suite), ...configTests(factory, suite)];
  const test = ({ list, title: name, run }: Declared): void => {
    it(name, async () => {
      const problems = await oneAtATime(run);
      if (problems.length > 0) throw failureOf(`${title}, ${list} "${name}"`, problems, at);
    });
  };
  describe(title, () => {
    for (const [list, members] of Object.entries(Object.groupBy(tests, ({ list }) => list))) {
      describe(list, () => members?.forEach(test));
    }
    test({ list: "suite", title: "has cases of both kinds", run: async () => balance(suite) });
  });
}

let last: Promise<unknown> = Promise.resolve();

/**
 * What a case leaves open is told from what was open before, so no two may run side by side: neither
 * where a runner is told to, nor where it gave one up and went on to the next.
 */
function oneAtATime<T>(run: () => Promise<T>): Promise<T> {
  const running = last.then(run);
  last = running.catch(() => {});
  return running;
}

function requestTests(factory: AnyFactory, suite: PluginSuite): Declared[] {
  const cases = listCases(suite);
  return cases.map((kase, index) => ({
    list: kase.list,
    title: kase.name ?? describeRequest(kase.request),
    run: async () => {
      const twin = cases.slice(0, index).find((earlier) => isSame(earlier, kase));
      if (twin !== undefined) return [duplicate(twin)];
      const wrong = misstatement(kase);
      if (wrong !== undefined) return [{ message: wrong }];
      return runCase(factory, kase);
    },
  }));
}

function configTests(
  factory: AnyFactory,
  { rejectsConfig = [], cluster }: PluginSuite,
): Declared[] {
  return rejectsConfig.map((kase: RejectedConfigCase, index) => ({
    list: "rejectsConfig",
    title: kase.name ?? JSON.stringify(kase.config),
    run: async () => {
      const twin = rejectsConfig
        .slice(0, index)
        .find(({ config }) => isDeepStrictEqual(config, kase.config));
      if (twin !== undefined) return [{ message: "the same configuration is there twice" }];
      return runRejectedConfig(factory, kase, cluster);
    },
  }));
}

function isSame(one: ListedCase, other: ListedCase): boolean {
  const key = ({ request, config, cluster, timeoutSeconds }: ListedCase): unknown => [
    { ...request, uid: "" },
    config,
    cluster,
    timeoutSeconds,
  ];
  return isDeepStrictEqual(key(one), key(other));
}

function duplicate({ list, name, request }: ListedCase): Problem {
  const which = `${list} "${name ?? describeRequest(request)}"`;
  return { message: `the same request, with the same configuration, is there twice: as ${which}` };
}

/** A plugin that refuses everything passes every denial, one that does nothing every allow. */
function balance(suite: PluginSuite): Problem[] {
  const cases = listCases(suite);
  const does = (kase: ListedCase): boolean =>
    kase.list === "denies" ||
    kase.list === "patches" ||
    (kase.warnings ?? []).length > 0 ||
    Object.keys(kase.auditAnnotations ?? {}).length > 0;
  return [
    ...(cases.some(({ list }) => list === "allows")
      ? []
      : [{ message: "no case is allowed: show under allows what the plugin lets through" }]),
    ...(cases.some(does)
      ? []
      : [{ message: "no case is denied or patched: show under denies or patches what it does" }]),
  ];
}
