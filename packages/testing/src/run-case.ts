import { isDeepStrictEqual } from "node:util";
import type { Plugin } from "@gatewright/core";
import { problemsOf } from "./expectations.ts";
import { describeRequest, type ListedCase } from "./plugin-cases.ts";
import type { Problem } from "./problem.ts";
import { type AnyFactory, type Rehearsal, rehearse } from "./rehearsal.ts";

/**
 * Runs one case, as a dry run and then for good, and checks what it says and what it need not say.
 *
 * @returns what is wrong; the first is what its author should look at first.
 */
export async function runCase(factory: AnyFactory, kase: ListedCase): Promise<Problem[]> {
  const given = structuredClone(kase.config);
  const dryRunFirst = kase.request.dryRun !== true;
  let ran: Rehearsal;
  try {
    ran = await rehearse(factory, kase, { dryRunFirst });
  } catch (error) {
    return [{ message: `it could not be run: ${messageOf(error)}` }];
  }
  // Whatever it said or did not say, the plugin was not asked.
  if (!ran.covered) return [notCovered(factory(kase.config), kase)];
  return [
    ...lateProblems(ran),
    ...(await verdictProblems(factory, kase, ran)),
    ...secondPassProblems(ran),
    ...ran.closeErrors.map((error) => ({ message: `close() threw: ${messageOf(error)}` })),
    ...leftOpenProblems(ran),
    ...configProblems(kase, given),
  ];
}

function notCovered({ definition, config }: Plugin, { request }: ListedCase): Problem {
  if (definition.mutate === undefined && definition.validate === undefined) {
    return { message: "the plugin judges no requests: test it by reconcile(plugin, { cluster })" };
  }
  const rules = (["mutate", "validate"] as const).flatMap((phase) => {
    const rules = definition[phase]?.rules ?? [];
    const all = typeof rules === "function" ? rules(config) : rules;
    return all.map(({ apiGroups, apiVersions, resources, operations }) =>
      [phase, operations, apiGroups.map((group) => group || '""'), apiVersions, resources].join(
        " ",
      ),
    );
  });
  const what = describeRequest(request);
  return {
    message: `the plugin's rules do not cover ${what}, so it was not asked; they are ${rules.join("; ")}`,
  };
}

function lateProblems({ lateVerbs }: Rehearsal): Problem[] {
  return [...new Set(lateVerbs)].map((verb) => ({
    message: `${verb}() was called after the review had ended: await what you start`,
  }));
}

/** The same has to hold for the dry run; and for the real one all the same, whether or not a dry run came before. */
async function verdictProblems(
  factory: AnyFactory,
  kase: ListedCase,
  { dry, real }: Rehearsal,
): Promise<Problem[]> {
  const problems = problemsOf(kase, real);
  if (dry === undefined) return problems;
  if (problems.length === 0) {
    return problemsOf(kase, dry).map((problem) => ({
      ...problem,
      message: `as a dry run ${problem.message}; dryRun must not change the verdict`,
    }));
  }
  const alone = await rehearse(factory, kase, { dryRunFirst: false });
  if (problemsOf(kase, alone.real).length > 0) return problems;
  return problems.map((problem) => ({
    ...problem,
    message: `after the same request as a dry run ${problem.message}; a dry run must have no effect`,
  }));
}

function secondPassProblems({ secondPass }: Rehearsal): Problem[] {
  if (secondPass === undefined) return [];
  const patch = secondPass.patches.flatMap((entry) => entry.patch);
  if (patch.length === 0) return [];
  return [
    {
      message:
        "a second pass changed the object again; kube-apiserver may call a mutator twice, so it must be idempotent",
      actual: patch,
      expected: [],
    },
  ];
}

function leftOpenProblems({ leftOpen }: Rehearsal): Problem[] {
  if (leftOpen.length === 0) return [];
  const what = leftOpen.join(", ");
  return [{ message: `left open after close(): ${what}; close() gives back what setup() took` }];
}

function configProblems({ config }: ListedCase, given: unknown): Problem[] {
  if (isDeepStrictEqual(config, given)) return [];
  return [{ message: "it wrote to the configuration", actual: config, expected: given }];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
