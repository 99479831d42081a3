import { join } from "node:path";
import { type FindControlPlaneOptions, isExecutable } from "./binaries.ts";
import type { Found } from "./build-into.ts";

/** Where kwok is; paths are absolute. */
export interface KwokBinary {
  /** The folder that holds it. */
  folder: string;
  /** Which of the three ways it was come by. */
  from: "KUBEBUILDER_ASSETS" | "cache" | "build";
  kwok: string;
}

export type FindKwokOptions = Omit<FindControlPlaneOptions, "modules">;

/** Looks into one folder. */
export async function kwokIn(folder: string, from: KwokBinary["from"]): Promise<Found<KwokBinary>> {
  const kwok = join(folder, "kwok");
  return (await isExecutable(kwok)) ? { binaries: { folder, from, kwok } } : { missing: ["kwok"] };
}
