/** All that comes, once it has ended: `Array.fromAsync`, which our types do not have yet. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
