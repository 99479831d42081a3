#!/usr/bin/env node
import { processTerminal } from "./frame/terminal.ts";
import { runGatewright } from "./run-gatewright.ts";

const code = await runGatewright(process.argv.slice(2), processTerminal());
// Not process.exit(): it would cut off what is still being written, and `serve` goes on.
process.exitCode = code;
