import type { InspectedConfigFile } from "@gatewright/core";

/** What a check found: `at` is a JSON pointer into the configuration file. */
export interface Remark {
  readonly at: string;
  /** What is wrong in a cluster, and what to write instead. */
  readonly message: string;
}

/** What speaks against an installation. */
export interface Remarks {
  /** It cannot work: nothing is written. */
  readonly errors: readonly Remark[];
  /** It works, and not as well as it could. */
  readonly warnings: readonly Remark[];
}

/** One thing to look at. */
export type Check = (file: InspectedConfigFile["file"], image: string | undefined) => Remarks;
