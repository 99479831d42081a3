import type { Logger } from "@gatewright/core";
import type { ClusterView } from "./cluster-view.ts";
import type { ClusterConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { Grants } from "./grants.ts";
import type { SpareLease } from "./leasing.ts";
import type { Watch } from "./watch.ts";

/** What departures from one cluster are judged with. */
export interface Court {
  readonly config: ClusterConfig;
  readonly connections: Connections;
  readonly grants: Grants;
  readonly view: ClusterView;
  readonly log: Logger;
  readonly spare: SpareLease;
  readonly watch: Pick<Watch, "hurry" | "giveBackLater">;
}

/** How often something is begun anew because another pod was faster. */
export const ATTEMPTS = 5;
