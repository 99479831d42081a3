import { Command } from "commander";
import { addExamples, addExitCodes } from "./help.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** The `gatewright` command with its subcommands, which ends by throwing a CommanderError, never the process. */
export function createProgram(
  terminal: Terminal,
  commands: readonly ((terminal: Terminal) => Command)[],
): Command {
  const program = new Command("gatewright")
    .description(
      "Admission webhooks for Kubernetes, from a configuration file to a cluster.\nEvery command reads the same configuration file as the server.",
    )
    .version(version(), "--version", "print the version")
    .option("--no-color", "without colours, as NO_COLOR does")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command");
  addExamples(program, [
    ["gatewright serve -c gatewright.yaml", "run the server"],
    [
      "gatewright manifests -c gatewright.yaml | kubectl apply --server-side -f -",
      "install it in a cluster",
    ],
    ["gatewright manifests --help", "all about one command"],
  ]);
  addExitCodes(program, {
    0: "done",
    1: "something is wrong with what was looked at, or the server could not start",
    2: "the command line or the configuration makes no sense; nothing was done",
    3: "the API server cannot be reached, or refused a call",
    4: "a mistake in Gatewright itself: please report it, with the stack it prints",
  });
  for (const command of commands)
    program.addCommand(command(terminal).copyInheritedSettings(program));
  for (const each of [program, ...descendants(program)]) prepare(each, terminal);
  return program;
}

/** Refuses `help` of a command that is not there, which commander takes for `help` of everything. */
export function refuseUnknownTopic(program: Command, args: readonly string[]): void {
  let command = program;
  for (const [index, arg] of args.entries()) {
    if (arg === "help") {
      const topic = args[index + 1];
      if (topic === undefined || topic.startsWith("-") || isCommand(command, topic)) return;
      command.error(`unknown command '${topic}'`);
    }
    const next = command.commands.find((child) => child.name() === arg);
    if (next === undefined) return;
    command = next;
  }
}

const isCommand = (command: Command, name: string): boolean =>
  name === "help" || command.commands.some((child) => child.name() === name);

/** Settings that a command does not take over from its parent once it is made by itself. */
function prepare(command: Command, { stdout, stderr, columns, colours, isTTY }: Terminal): void {
  command
    .exitOverride()
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "")),
      getOutHelpWidth: () => (isTTY.stdout ? columns : 100),
      getErrHelpWidth: () => (isTTY.stdout ? columns : 100),
      getOutHasColors: () => colours,
      getErrHasColors: () => colours && isTTY.stderr,
    });
  const path = pathOf(command);
  command.showHelpAfterError(
    command.commands.length === 0
      ? `(${path} --help tells what it takes)`
      : `(${path} --help lists the commands; options of a command come after it: ${path} COMMAND -c FILE)`,
  );
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}

function pathOf(command: Command): string {
  const parent = command.parent === null ? "" : `${pathOf(command.parent)} `;
  return `${parent}${command.name()}`;
}
