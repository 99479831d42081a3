import { Command } from "commander";
import { addExamples } from "../frame/help.ts";
import type { Terminal } from "../frame/terminal.ts";
import { createCommand } from "./create-command.ts";
import { patchCommand } from "./patch-command.ts";
import { rotateCommand } from "./rotate-command.ts";
import { showCommand } from "./show-command.ts";

/** `gatewright certs`: the server's certificates, and the CAs that its callers are given. */
export function certsCommand(terminal: Terminal): Command {
  const command = new Command("certs")
    .summary("look at, make and replace the server's certificates")
    .description(
      "The server's certificates, and the CAs that its callers are given. A server with `tls.secret` keeps its own, as the page certificates of Gatewright's documentation tells.",
    );
  for (const make of [showCommand, rotateCommand, createCommand, patchCommand]) {
    command.addCommand(make(terminal));
  }
  return addExamples(command, [
    ["gatewright certs show -c gatewright.yaml", "whether all callers can verify it, and how long"],
    ["gatewright certs rotate --ca -c gatewright.yaml", "replace the CA, and no call fails"],
  ]);
}
