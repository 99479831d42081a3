import type { ConfigurationIssue } from "@gatewright/core";
import { isCollection, LineCounter, type Node, parseDocument } from "yaml";

/** Adds to each issue the line and column of what its pointer names, or of what ought to hold it. */
export function locate(
  text: string,
  issues: readonly ConfigurationIssue[],
): (ConfigurationIssue & { line: number; column: number })[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  return issues.map((issue) => {
    const keys = issue.pointer
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const { line, col } = lineCounter.linePos(offsetOf(document.contents, keys));
    return { ...issue, line: Math.max(line, 1), column: Math.max(col, 1) };
  });
}

/** Where the key of the innermost part begins that exists. */
function offsetOf(contents: Node | null, keys: readonly string[]): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const key of keys) {
    if (!isCollection(node)) return offset;
    const items = node.items as unknown[];
    const found = items.find((item, index) =>
      isPair(item) ? String((item.key as { value?: unknown })?.value) === key : `${index}` === key,
    );
    if (found === undefined) return offset;
    const at = isPair(found) ? (found.key as Node) : (found as Node);
    offset = at.range?.[0] ?? offset;
    node = isPair(found) ? found.value : found;
  }
  return offset;
}

function isPair(item: unknown): item is { key: unknown; value: unknown } {
  return typeof item === "object" && item !== null && "key" in item && "value" in item;
}
