import { styleText } from "node:util";
import type { Terminal } from "./terminal.ts";

/** Colours by what they mean. */
export type Meaning = "error" | "warning" | "good" | "heading" | "faint";

const styles = {
  error: "red",
  warning: "yellow",
  good: "green",
  heading: "bold",
  faint: "dim",
} as const;

/** Makes text of standard output stand out, where colours are wanted. */
export function createPainter({ colours }: Terminal): (meaning: Meaning, text: string) => string {
  if (!colours) return (_, text) => text;
  // The terminal has decided; Node would ask the process's own standard output again.
  return (meaning, text) => styleText(styles[meaning], text, { validateStream: false });
}
