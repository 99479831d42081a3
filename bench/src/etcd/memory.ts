import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EtcdCluster } from "@gatewright/testing/control-plane";
import type { Footprint } from "./memory-process.ts";

const script = fileURLToPath(new URL("memory-process.ts", import.meta.url));

/** What memory a process with the guard holds after so many decisions. */
export async function benchMemory(
  etcd: EtcdCluster,
  at: readonly number[],
  say: (line: string) => void,
): Promise<string> {
  say(`memory: ${at.at(-1)} decisions`);
  const leader = (await etcd.leader()).name;
  const members = etcd.members
    .map(({ name, endpoint }) => [name, endpoint] as const)
    .toSorted(([one]) => (one === leader ? -1 : 1));
  const args = ["--expose-gc", script, JSON.stringify(members), ...at.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const footprints = stdout.split("\n").filter(Boolean);
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  return [
    "### Memory of a process that decides",
    "",
    "Half denials, half grants. The heap is measured after a collection.",
    "",
    "| decisions | heap, MB | resident, MB | open resources |",
    "|---|---|---|---|",
    ...footprints.map((line) => {
      const { decisions, heapBytes, residentBytes, resources } = JSON.parse(line) as Footprint;
      return `| ${decisions} | ${megabytes(heapBytes)} | ${megabytes(residentBytes)} | ${resources} |`;
    }),
    "",
  ].join("\n");
}
