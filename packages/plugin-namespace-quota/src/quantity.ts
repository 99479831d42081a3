/** A thousand-millionth: the least that the API server keeps of a quantity. */
const NANO = 1_000_000_000n;

const PATTERN =
  /^([+-]?)(\d*)(?:\.(\d*))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d{1,3}))?$/;

/** What a suffix stands for, in thousand-millionths. */
const SUFFIXES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  k: 10n ** 3n * NANO,
  M: 10n ** 6n * NANO,
  G: 10n ** 9n * NANO,
  T: 10n ** 12n * NANO,
  P: 10n ** 15n * NANO,
  E: 10n ** 18n * NANO,
  Ki: 2n ** 10n * NANO,
  Mi: 2n ** 20n * NANO,
  Gi: 2n ** 30n * NANO,
  Ti: 2n ** 40n * NANO,
  Pi: 2n ** 50n * NANO,
  Ei: 2n ** 60n * NANO,
};

/** More than that is cut off by the API server, silently. */
const LARGEST = (2n ** 63n - 1n) * NANO;

/**
 * A quantity as the API server reads it (`apimachinery/pkg/api/resource/quantity.go`): `4`, `0.5`, `500m`,
 * `1.5Gi`, `1e3`. What is finer than a thousand-millionth is rounded up.
 *
 * @returns thousand-millionths; undefined for what is no quantity, or is too large for one.
 */
export function parseQuantity(quantity: string | number): bigint | undefined {
  const found = PATTERN.exec(String(quantity));
  if (found === null) return undefined;
  const [, sign, whole = "", fraction = "", suffix, exponent] = found;
  if (whole === "" && fraction === "") return undefined;
  const power = Number(exponent ?? 0);
  if (Math.abs(power) > 30) return undefined;
  let units = BigInt(whole + fraction) * (suffix === undefined ? NANO : (SUFFIXES[suffix] ?? 0n));
  if (power > 0) units *= 10n ** BigInt(power);
  const divisor = 10n ** BigInt(fraction.length + Math.max(0, -power));
  const rounded = (units + divisor - 1n) / divisor;
  if (rounded > LARGEST) return undefined;
  return sign === "-" ? -rounded : rounded;
}

/** What is finer, the API server rounds up where it stores a quota (`pkg/apis/core/v1/defaults.go`). */
const MILLI = 1_000_000n;

/** Whether two quantities are the same once they are stored, however they are written. */
export function isSameQuantity(a: string | number, b: string | number): boolean {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  if (left === undefined || right === undefined) return false;
  return (left + MILLI - 1n) / MILLI === (right + MILLI - 1n) / MILLI;
}

/** A whole number, as what is counted in objects is; undefined for any other. */
export function parseCount(quantity: string | number): bigint | undefined {
  const nano = parseQuantity(quantity);
  return nano === undefined || nano % NANO !== 0n ? undefined : nano / NANO;
}
