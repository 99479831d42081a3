import type { Command } from "commander";
import { commands } from "../src/commands.ts";
import { createProgram } from "../src/frame/program.ts";
import { runGatewright } from "../src/run-gatewright.ts";
import { createTestTerminal } from "./test-terminal.ts";

/** What `--help` says, by what it is asked of: `gatewright`, `gatewright serve`, `gatewright certs show`. */
export async function helpPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const path of pathsOf(createProgram(createTestTerminal(), commands))) {
    const terminal = createTestTerminal();
    await runGatewright([...path.slice(1), "--help"], terminal);
    pages.set(path.join(" "), terminal.out());
  }
  return pages;
}

function pathsOf(command: Command): string[][] {
  const below = command.commands.flatMap((child) => pathsOf(child));
  return [[command.name()], ...below.map((path) => [command.name(), ...path])];
}
