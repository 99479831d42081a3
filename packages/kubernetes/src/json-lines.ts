/**
 * The lines of a stream of bytes, each as soon as it is whole.
 *
 * @throws Error where the stream ends in the middle of one
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  // A character can be in two chunks, and a line in many.
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      const whole = begun.length === 0 ? line : begun.join("") + line;
      begun = [];
      if (whole !== "") yield whole;
    }
    if (rest !== "") begun.push(rest);
  }
  if (begun.length > 0) throw new Error("it ended in the middle of a line");
}
