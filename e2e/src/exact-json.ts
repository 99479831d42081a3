/** What JSON has, with a bigint for each integer that a JavaScript number would round. */
export type ExactJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | ExactJson[]
  | { [key: string]: ExactJson };

/** Assigns a member, `__proto__` like any other. */
export function put(target: object, key: string | number, value: unknown): void {
  const data = { value, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(target, key, data);
}

/** Reads JSON without rounding integers. */
export function parseExactly(text: string): ExactJson {
  const reviver = (_key: string, value: unknown, context?: { source?: string }) => {
    const literal = context?.source;
    const rounded = typeof value === "number" && !Number.isSafeInteger(value);
    return rounded && literal !== undefined && /^-?\d+$/.test(literal) ? BigInt(literal) : value;
  };
  return JSON.parse(text, reviver) as ExactJson;
}

/** Writes JSON with every integer as it is. */
export function stringifyExactly(value: ExactJson): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(stringifyExactly).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${stringifyExactly(member)}`,
  );
  return `{${members.join(",")}}`;
}
