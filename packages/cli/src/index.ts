export { exitCodes, type ExitCode } from "./frame/exit-codes.ts";
export { processTerminal, type Terminal, type TextSink } from "./frame/terminal.ts";
export { runGatewright } from "./run-gatewright.ts";
