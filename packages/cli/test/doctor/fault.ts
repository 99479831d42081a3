import type { Snapshot } from "../../src/doctor/snapshot.ts";

/** Something wrong, and every check that is to see it: no other one may. */
export interface Fault {
  readonly name: string;
  readonly finds: readonly string[];
  readonly objects: readonly unknown[];
  readonly snapshot?: Partial<Snapshot>;
}
