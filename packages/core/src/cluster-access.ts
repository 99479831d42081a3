import type { Cluster, WriteVerb } from "./cluster.ts";
import type { SideEffects } from "./plugin.ts";

/** What of the cluster a plugin declared: resources by their keys in `Kinds`. */
export interface ClusterAccess {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlyMap<string, ReadonlySet<WriteVerb>>;
}

/** The one handler that a fence was opened for, while it runs. */
export interface ClusterUse {
  readonly dryRun: boolean;
  readonly sideEffects: SideEffects;
  /** @throws GatewrightError `GW_LATE_VERB` once the handler has ended. */
  expectOpen(verb: string): void;
  /** Notes an error of the plugin's own making, whatever the handler does with it, and gives it back. */
  misused(error: Error): Error;
  /** Made when it is first asked for: most calls are answered from a cache. */
  signal(): AbortSignal;
  /** When the handler's time is over, on `Date.now()`'s clock. */
  deadline(): number;
}

/** Makes what one handler gets as `context.cluster`. */
export type OpenFence = (use: ClusterUse) => Cluster;
