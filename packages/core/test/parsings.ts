/** How many calls of `JSON.parse` there are in `work`. */
export function parsings(work: () => void): number {
  const { parse: original } = JSON;
  let calls = 0;
  JSON.parse = (...given: Parameters<typeof original>) => {
    calls += 1;
    return original(...given) as unknown;
  };
  try {
    work();
  } finally {
    JSON.parse = original;
  }
  return calls;
}
