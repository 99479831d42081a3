import type { ConfigurationIssue } from "./configuration-error.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Included, RegistrationPolicy } from "./registration-policy.ts";

// A record: the compiler says so where one is missing here.
const INCLUDED: Readonly<Record<Included, true>> = {
  "own-namespace": true,
  "kube-system": true,
  nodes: true,
  certificatesigningrequests: true,
  leases: true,
  reviews: true,
};

/** The keys of a registration's policy, as a webhook's options have them. */
export const REGISTRATION_KEYS = Object.keys({
  namespaceSelector: true,
  objectSelector: true,
  matchPolicy: true,
  matchConditions: true,
  reinvocationPolicy: true,
  include: true,
} satisfies Record<keyof RegistrationPolicy, true>);

// Some of the API server's 64 are ours (pkg/apis/admissionregistration/validation).
const MOST_CONDITIONS = 48;
const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];

/** What is wrong with how a webhook is to be registered; `at` is the webhook's pointer. */
export function checkRegistrationPolicy(
  policy: RegistrationPolicy,
  at: string,
): ConfigurationIssue[] {
  const { matchPolicy, reinvocationPolicy } = policy;
  const issues = [
    ...checkSelector(policy.namespaceSelector, `${at}/namespaceSelector`),
    ...checkSelector(policy.objectSelector, `${at}/objectSelector`),
    ...checkConditions(policy.matchConditions, `${at}/matchConditions`),
    ...checkIncluded(policy.include, `${at}/include`),
  ];
  if (matchPolicy !== undefined && !["Exact", "Equivalent"].includes(matchPolicy)) {
    issues.push(issue(`${at}/matchPolicy`, 'must be "Exact" or "Equivalent"'));
  }
  if (reinvocationPolicy !== undefined && !["Never", "IfNeeded"].includes(reinvocationPolicy)) {
    issues.push(issue(`${at}/reinvocationPolicy`, 'must be "Never" or "IfNeeded"'));
  }
  return issues;
}

function checkSelector(selector: unknown, at: string): ConfigurationIssue[] {
  if (selector === undefined) return [];
  if (!isMap(selector)) return [issue(at, "must be a label selector: { matchLabels: { … } }")];
  const { matchLabels, matchExpressions, ...rest } = selector;
  const issues = Object.keys(rest).map((key) => {
    const hint = didYouMean(key, ["matchLabels", "matchExpressions"]);
    return issue(
      `${at}/${key}`,
      `unknown key "${key}"${hint}; known are matchLabels, matchExpressions`,
    );
  });
  if (
    matchLabels !== undefined &&
    !(isMap(matchLabels) && Object.values(matchLabels).every(isText))
  ) {
    issues.push(issue(`${at}/matchLabels`, "must be a map of texts"));
  }
  if (matchExpressions === undefined) return issues;
  if (!Array.isArray(matchExpressions)) {
    return [
      ...issues,
      issue(`${at}/matchExpressions`, "must be a list of { key, operator, values }"),
    ];
  }
  for (const [index, one] of matchExpressions.entries()) {
    const { key, operator, values } = isMap(one) ? one : {};
    const where = `${at}/matchExpressions/${index}`;
    const wantsValues = operator === "In" || operator === "NotIn";
    if (!isText(key) || key === "") issues.push(issue(where, "needs a key: that of a label"));
    if (!OPERATORS.includes(operator as string)) {
      issues.push(issue(`${where}/operator`, `must be one of ${OPERATORS.join(", ")}`));
    } else if (wantsValues !== (Array.isArray(values) && values.length > 0)) {
      const what = wantsValues ? "needs values, a list of texts" : "takes no values";
      issues.push(issue(`${where}/values`, `${operator as string} ${what}`));
    }
  }
  return issues;
}

function checkConditions(conditions: unknown, at: string): ConfigurationIssue[] {
  if (conditions === undefined) return [];
  if (!Array.isArray(conditions)) return [issue(at, "must be a list of { name, expression }")];
  const issues: ConfigurationIssue[] = [];
  if (conditions.length > MOST_CONDITIONS) {
    issues.push(issue(at, `holds more than ${MOST_CONDITIONS}: join some by && in one expression`));
  }
  const names = new Set<unknown>();
  for (const [index, one] of conditions.entries()) {
    const { name, expression } = isMap(one) ? one : {};
    const where = `${at}/${index}`;
    if (!isText(name) || !/^[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/.test(name)) {
      issues.push(issue(`${where}/name`, "must be a name of letters, digits, -, _ and ."));
    } else if (name.startsWith("gatewright-")) {
      issues.push(
        issue(`${where}/name`, "may not begin with gatewright-, as our own conditions do"),
      );
    } else if (names.has(name)) {
      issues.push(issue(`${where}/name`, `"${name}" is there twice`));
    }
    names.add(name);
    if (!isText(expression) || expression.trim() === "") {
      issues.push(issue(`${where}/expression`, "must be CEL: object.metadata.name != 'x'"));
    }
  }
  return issues;
}

function checkIncluded(include: unknown, at: string): ConfigurationIssue[] {
  if (include === undefined) return [];
  const known = Object.keys(INCLUDED);
  if (!Array.isArray(include)) return [issue(at, `must be a list of ${known.join(", ")}`)];
  return include.flatMap((one: unknown, index) => {
    if (known.includes(one as string)) return [];
    const hint = isText(one) ? didYouMean(one, known) : "";
    return [issue(`${at}/${index}`, `must be one of ${known.join(", ")}${hint}`)];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function issue(pointer: string, message: string): ConfigurationIssue {
  return { code: "GW_CONFIG_INVALID", pointer, message };
}
