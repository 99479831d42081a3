import type { Command } from "commander";
import { certsCommand } from "./certs/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import type { Terminal } from "./frame/terminal.ts";
import { manifestsCommand } from "./manifests/command.ts";
import { registerCommand } from "./registration/register-command.ts";
import { unregisterCommand } from "./registration/unregister-command.ts";
import { serveCommand } from "./serve/command.ts";

/** Makes a command that reads and writes through `terminal`. */
export type CommandMaker = (terminal: Terminal) => Command;

/**
 * Every command, in the order of `gatewright --help`. A command's module is cheap to import: what it works with is
 * loaded when it runs, by `await import()`, so that `--help` answers at once.
 */
export const commands: readonly CommandMaker[] = [
  serveCommand,
  manifestsCommand,
  registerCommand,
  unregisterCommand,
  certsCommand,
  doctorCommand,
];
