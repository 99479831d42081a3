/** Labels as an object has them. */
export type Labels = Readonly<Record<string, string>> | undefined;

const NAME = "[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?";
const KEY = `(?:${NAME}/)?${NAME}`;
const REQUIREMENT = new RegExp(
  `^(?:(!)\\s*(${KEY})|(${KEY})(?:\\s*(==?|!=)\\s*(${NAME})?|\\s+(in|notin)\\s*\\(([^()]*)\\))?)$`,
);
const VALUE = new RegExp(`^(?:${NAME})?$`);

/**
 * Reads a label selector as kubectl's `--selector` takes it (apimachinery's `labels.Parse`, but for `gt`
 * and `lt`): `app=web,tier!=db,zone in (a, b),env notin (dev),canary,!legacy`. What it gives says whether
 * labels match; an empty selector matches all.
 *
 * @throws TypeError for what is no selector.
 */
export function parseLabelSelector(selector: string): (labels: Labels) => boolean {
  const requirements = split(selector).map((text) => requirementOf(text, selector));
  return (labels) => requirements.every((matches) => matches(labels ?? {}));
}

/** At its commas, but for those between parentheses. */
function split(selector: string): string[] {
  if (selector.trim() === "") return [];
  return selector.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function requirementOf(text: string, selector: string): (labels: NonNullable<Labels>) => boolean {
  const found = REQUIREMENT.exec(text);
  if (found === null) {
    throw new TypeError(
      `"${selector}" is no label selector: "${text}" is neither "a", "!a", "a=b", "a!=b", "a in (b, c)" nor "a notin (b, c)"`,
    );
  }
  const [, not, absent = "", key = "", operator, value = "", word, list = ""] = found;
  if (not !== undefined) return (labels) => !Object.hasOwn(labels, absent);
  if (word !== undefined) {
    const values = new Set(list.split(",").map((one) => one.trim()));
    for (const one of values) {
      if (!VALUE.test(one))
        throw new TypeError(`"${selector}" is no label selector: "${one}" is no label's value`);
    }
    if (word === "in")
      return (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? "");
    return (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? "");
  }
  if (operator === undefined) return (labels) => Object.hasOwn(labels, key);
  if (operator === "!=") return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
  return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
}
