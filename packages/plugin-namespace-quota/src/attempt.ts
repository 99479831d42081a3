/** When to look again where somebody else was faster: the cache has not told of it yet. */
const AGAIN_MS = 100;

/**
 * Awaits a write. That it came too late is no failure: what was there before it (409), or is no more (404), is told by
 * the cache in a moment.
 *
 * @returns in how many milliseconds to look again; undefined where the change will be told.
 * @throws whatever else the API server says.
 */
export async function attempt(write: Promise<unknown>): Promise<number | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    // By its field: there may be another copy of core.
    const { status } = (error ?? {}) as { status?: unknown };
    if (status === 404 || status === 409) return AGAIN_MS;
    throw error;
  }
}
