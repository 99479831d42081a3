/** A `metav1.LabelSelector`: all of it must hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

/** A `metav1.LabelSelectorRequirement`. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** An object's labels, if it has any. */
export type Labels = Readonly<Record<string, string>> | null | undefined;

/**
 * Whether a selector takes an object with these labels, as the API server decides it
 * (`apimachinery/pkg/labels/selector.go`, Requirement.Matches): `NotIn` holds where there is no such
 * label. An empty selector takes everything, so a guard must not have one.
 */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = selector;
  for (const key in matchLabels) {
    if (valueOf(labels, key) !== matchLabels[key]) return false;
  }
  return matchExpressions === undefined || matchExpressions.every((each) => holds(each, labels));
}

function holds({ key, operator, values = [] }: LabelExpression, labels: Labels): boolean {
  const value = valueOf(labels, key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

// `constructor` and its like are no texts, and so no labels unless somebody set them. Asked by
// `hasOwn` first, each label of a request would cost twice as much.
function valueOf(labels: Labels, key: string): string | undefined {
  const value: unknown = labels?.[key];
  return typeof value === "string" ? value : undefined;
}
