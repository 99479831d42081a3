const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** What a Kubernetes quantity comes to (`512Mi`, `1e9`, `100m`), or undefined for what is none. */
export function quantityOf(quantity: unknown): number | undefined {
  if (typeof quantity === "number") return quantity;
  const [, digits, suffix = ""] =
    /^(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(m|k|[KMGT]i|[MGT])?$/.exec(String(quantity)) ?? [];
  const factor = FACTORS[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
