/** What comes of `work`; or, where that takes longer than `withinMs`, of `otherwise`. */
export async function inTime<T>(
  work: Promise<T>,
  withinMs: number,
  otherwise: () => T,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise()), withinMs);
  });
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}
