import type { Patient } from "./check.ts";
import type { Request } from "./request.ts";

/** Something that must go on, or be possible, while the servers of webhooks are down. */
export interface Scenario {
  /** Stable: `nodes-register`. */
  readonly id: string;
  /** Completes "while every replica is down, …". */
  readonly title: string;
  /** What is asked of the API server for it; one that is refused, and it does not come about. */
  requests(patient: Patient): readonly Request[];
}
