import { join } from "node:path";
import { type FindControlPlaneOptions, isExecutable } from "./binaries.ts";
import type { Found } from "./build-into.ts";

/** A program with a Go module of its own in this package, built only when it is asked for. */
export interface GoTool<Name extends string> {
  /** Of its binary, and of the folder of its module. */
  name: Name;
  /** The Go module whose version is the program's. */
  module: string;
  /** Import path of its command. */
  package: string;
  /** @param version without the `v`, such as `0.8.0` */
  ldflags: (version: string) => string;
  /** What building takes, for the line that says so first. */
  cost: string;
}

/** Where a program is; paths are absolute, and that of the program goes by its name. */
export type ToolBinary<Name extends string> = {
  /** The folder that holds it. */
  folder: string;
  /** Which of the three ways it was come by. */
  from: "KUBEBUILDER_ASSETS" | "cache" | "build";
} & Record<Name, string>;

export type FindToolOptions = Omit<FindControlPlaneOptions, "modules">;

/** Looks into one folder. */
export async function toolIn<Name extends string>(
  { name }: GoTool<Name>,
  folder: string,
  from: ToolBinary<Name>["from"],
): Promise<Found<ToolBinary<Name>>> {
  const file = join(folder, name);
  if (!(await isExecutable(file))) return { missing: [name] };
  return { binaries: { folder, from, [name]: file } as ToolBinary<Name> };
}
