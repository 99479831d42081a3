import { Option } from "commander";

/** `-c, --config FILE`: the configuration file, which every command shares with the server. */
export function configOption(): Option {
  return new Option("-c, --config <file>", "the configuration file").default("gatewright.yaml");
}
