import { stripVTControlCharacters } from "node:util";

/** A result as a table for people: what each column is called, and each row's cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns under their names, as kubectl prints them: three spaces between, none at the end of a line. */
export function formatTable({ columns, rows }: Table): string {
  const lines = [columns.map((column) => column.toUpperCase()), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((cells) => widthOf(cells[index] ?? ""))),
  );
  return lines
    .map((cells) => {
      const padded = cells.map(
        (cell, index) => cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell))),
      );
      return `${padded.join("   ").trimEnd()}\n`;
    })
    .join("");
}

/** Colours take no room. */
function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
