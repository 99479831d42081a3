import { Option } from "commander";
import { formatTable, type Table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** How a command writes its result. */
export type OutputFormat = "table" | "json" | "yaml";

/** `--output table|json|yaml`, of commands whose result is data. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "how to write the result")
    .choices(["table", "json", "yaml"])
    .default("table");
}

/**
 * Writes `data` to standard output in the format that was asked for. `table` gives what people see: a table, or text
 * of the command's own. JSON and YAML are `data` as it is, for programs.
 */
export async function writeOutput(
  { stdout }: Pick<Terminal, "stdout">,
  format: OutputFormat,
  data: unknown,
  table: () => Table | string,
): Promise<void> {
  if (format === "json") {
    stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  } else if (format === "yaml") {
    const { yamlText } = await import("./yaml-text.ts");
    stdout.write(yamlText(data));
  } else {
    const shown = table();
    stdout.write(typeof shown === "string" ? ensureNewline(shown) : formatTable(shown));
  }
}

function ensureNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
