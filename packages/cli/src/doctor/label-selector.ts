import { at, fieldsOf, labelsOf, listOf, textOf, textsOf } from "./tolerant.ts";

/** One requirement of a LabelSelector: `matchLabels` are `In` with one value. */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** `meta/v1` LabelSelector; all requirements must hold, so that none of them selects everything. */
export type Selector = readonly Requirement[];

export type Labels = Readonly<Record<string, string>>;

/** A LabelSelector as it is written; whatever makes no sense is left out. */
export function selectorOf(value: unknown): Selector {
  const equal = Object.entries(labelsOf(at(value, "matchLabels"))).map(([key, wanted]) => ({
    key,
    operator: "In",
    values: [wanted],
  }));
  const expressions = listOf(at(value, "matchExpressions")).flatMap((item) => {
    const { key, operator, values } = fieldsOf(item);
    const name = textOf(key);
    return name === undefined
      ? []
      : [{ key: name, operator: textOf(operator) ?? "", values: textsOf(values) }];
  });
  return [...equal, ...expressions];
}

/** Whether labels are selected, as `apimachinery/pkg/labels/selector.go` decides it. */
export function selects(selector: Selector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}

/** As kubectl writes it: `a in (b,c),!d`. */
export function selectorText(selector: Selector): string {
  const texts = selector.map(({ key, operator, values }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return texts.join(",");
}
