#!/usr/bin/env node
import { processTerminal } from "./frame/terminal.ts";
import { runGatewright } from "./run-gatewright.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // `gatewright manifests | head`: who reads has had enough, which is no mistake of anybody's.
  if (error.code !== "EPIPE") throw error;
});
const code = await runGatewright(process.argv.slice(2), processTerminal());
// Not process.exit(): it would cut off what is still being written, and `serve` goes on.
process.exitCode = code;
