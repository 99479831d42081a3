import { isDeepStrictEqual } from "node:util";
import type { AdmissionObject, Fault } from "@gatewright/core";
import { type Admission, PLUGINS_WEBHOOK } from "./admit.ts";
import type {
  DenyCase,
  ExpectedDenial,
  FaultCase,
  ListedCase,
  PatchCase,
  RequestCase,
  ExpectedText,
} from "./plugin-cases.ts";
import type { Problem } from "./problem.ts";
import { placed } from "./reviews.ts";

/** What an admission lacks of what its case says; empty where it is all there. */
export function problemsOf(kase: ListedCase, admission: Admission): Problem[] {
  const verdict = verdictProblem(kase, admission);
  // What it said beside a wrong verdict is no news.
  if (verdict !== undefined) return [verdict];
  return [
    textsProblem("warnings", kase.warnings ?? [], admission.warnings),
    annotationsProblem(kase, admission),
  ].flatMap((problem) => problem ?? []);
}

function verdictProblem(kase: ListedCase, admission: Admission): Problem | undefined {
  switch (kase.list) {
    case "allows":
      if (isFaulted(admission)) return unexpected("the plugin faulted", admission);
      if (!admission.allowed) return unexpected("it was denied", admission, { allowed: true });
      if (admission.patches.length === 0) return undefined;
      return unexpected("it was changed, so it belongs under patches", admission, {
        allowed: true,
        patch: [],
      });
    case "denies":
      if (isFaulted(admission)) return unexpected("the plugin faulted", admission);
      if (admission.allowed)
        return unexpected("it was allowed", admission, { denied: wanted(kase) });
      return denialProblem(kase, admission);
    case "patches":
      if (isFaulted(admission)) return unexpected("the plugin faulted", admission);
      if (!admission.allowed) return unexpected("it was denied", admission, { allowed: true });
      return patchProblem(kase, admission);
    case "faults":
      if (!isFaulted(admission) || admission.status?.reason !== "InternalError") {
        return unexpected("it did not fault", admission, { fault: kase.message });
      }
      return faultProblem(kase, admission.faults);
  }
}

function isFaulted({ faults }: Admission): boolean {
  return faults.length > 0;
}

/** A verdict of another kind than the case's. */
function unexpected(message: string, admission: Admission, expected?: object): Problem {
  if (isFaulted(admission)) {
    const causes = admission.faults.map(({ code, message: why }) => `${code}: ${why}`);
    return { message: [message, ...causes].join("\n") };
  }
  const { allowed, patches } = admission;
  const actual = allowed
    ? { allowed, patch: patches.flatMap(({ patch }) => patch) }
    : { denied: causesOf(admission) };
  return { message, actual, expected };
}

function denialProblem(kase: DenyCase, admission: Admission): Problem | undefined {
  const expected = wanted(kase);
  const causes = causesOf(admission);
  // Only what the case names is compared; a matched pattern shows as what it matched.
  const actual = causes.map((cause, index) => only(cause, expected[index]));
  const shown = expected.map((denial, index) => settled(denial, causes[index]));
  const code = kase.code ?? admission.status?.code;
  if (isDeepStrictEqual(actual, shown) && admission.status?.code === code) return undefined;
  return {
    message: "it was denied otherwise",
    actual: { denied: actual, code: admission.status?.code },
    expected: { denied: shown, code },
  };
}

function wanted(kase: DenyCase): ExpectedDenial[] {
  const { message, messages, field, reason } = kase;
  const of = (item: ExpectedText | ExpectedDenial): ExpectedDenial =>
    typeof item === "string" || item instanceof RegExp ? { message: item } : item;
  if (messages !== undefined) return messages.map(of);
  return [
    {
      message: message as ExpectedText,
      ...(field === undefined ? {} : { field }),
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

function causesOf({ status }: Admission): Record<string, unknown>[] {
  return (status?.details?.causes ?? []).map((cause) => ({ ...cause }));
}

function only(cause: Record<string, unknown>, expected: ExpectedDenial | undefined): object {
  const keys = expected === undefined ? Object.keys(cause) : Object.keys(expected);
  return Object.fromEntries(keys.map((key) => [key, cause[key]]));
}

function settled(expected: ExpectedDenial, cause: Record<string, unknown> | undefined): object {
  const found = cause?.["message"];
  const matched = typeof found === "string" && matchesText(expected.message, found);
  return { ...expected, message: matched ? found : expected.message };
}

function patchProblem(kase: PatchCase, admission: Admission): Problem | undefined {
  const patch = admission.patches.flatMap((entry) => entry.patch);
  if (patch.length === 0) return { message: "it was left as it is" };
  if (kase.patch !== undefined && !isDeepStrictEqual(patch, kase.patch)) {
    return { message: "it was changed otherwise", actual: patch, expected: kase.patch };
  }
  if (typeof kase.object === "function") {
    try {
      kase.object(structuredClone(admission.object));
    } catch (thrown) {
      return { message: `the object is not as it should be: ${String(thrown)}`, thrown };
    }
  } else if (kase.object !== undefined) {
    const namespace = admission.object?.metadata?.namespace ?? "";
    const expected: AdmissionObject = placed(kase.object, namespace);
    if (!isDeepStrictEqual(admission.object, expected)) {
      return { message: "it became another object", actual: admission.object, expected };
    }
  }
  return undefined;
}

function faultProblem(kase: FaultCase, faults: readonly Fault[]): Problem | undefined {
  const [fault] = faults as [Fault];
  const message = fault.cause instanceof Error ? fault.cause.message : String(fault.cause);
  const matched = matchesText(kase.message, message);
  if (matched && (kase.code === undefined || kase.code === fault.code)) return undefined;
  return {
    message: "it faulted otherwise",
    actual: { fault: message, code: fault.code },
    expected: { fault: matched ? message : kase.message, code: kase.code ?? fault.code },
  };
}

function textsProblem(
  what: string,
  expected: readonly ExpectedText[],
  actual: readonly string[],
): Problem | undefined {
  const shown = expected.map((text, index) => settledText(text, actual[index]));
  if (isDeepStrictEqual(actual, shown)) return undefined;
  return { message: `it came with other ${what}`, actual, expected: shown };
}

function annotationsProblem(kase: RequestCase<unknown>, admission: Admission): Problem | undefined {
  const actual = Object.fromEntries(
    Object.entries(admission.auditAnnotations).map(([key, value]) => [
      key.slice(PLUGINS_WEBHOOK.length + 1),
      value,
    ]),
  );
  const expected = Object.fromEntries(
    Object.entries(kase.auditAnnotations ?? {}).map(([key, text]) => [
      key,
      settledText(text, actual[key]),
    ]),
  );
  if (isDeepStrictEqual(actual, expected)) return undefined;
  return { message: "it came with other audit annotations", actual, expected };
}

function settledText(text: ExpectedText, actual: string | undefined): ExpectedText {
  return actual !== undefined && matchesText(text, actual) ? actual : text;
}

/** Whether a text is the expected one, or matches the expected pattern. */
export function matchesText(expected: ExpectedText, actual: string): boolean {
  // Not `test`, which remembers where it was if the pattern is global.
  return typeof expected === "string" ? actual === expected : actual.search(expected) !== -1;
}
