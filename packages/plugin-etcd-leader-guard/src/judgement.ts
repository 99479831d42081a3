import type { Reason } from "./decision.ts";
import type { Taking } from "./grants.ts";
import type { PodIdentity } from "./member-of-pod.ts";
import type { Member } from "./member-status.ts";

/** One pod that is to go. */
export interface Departing {
  readonly pod: PodIdentity;
  readonly podUid: string | undefined;
  /** How long it may take to stop; undefined where the request does not tell. */
  readonly gracePeriodSeconds: number | undefined;
  /** Whether the API server removes it at once, so that nobody tells of its end. */
  readonly forced: boolean;
  readonly dryRun: boolean;
  /** When the answer is of no use any more, on `Date.now()`'s clock. */
  readonly deadline: number;
  /** The annotation that breaks the glass, for messages. */
  readonly annotation: string;
}

/** A grant that was taken, as it can be given back. */
export type Taken = Extract<Taking, { replaced: unknown }>;

/** What a cluster says to a departure. */
export type Judgement = Allowed | Refused;

export interface Refused {
  readonly allowed: false;
  readonly reason: Reason;
  readonly message: string;
}

export interface Allowed {
  readonly allowed: true;
  readonly reason: Reason;
  /** Whose grant was taken for it; undefined where it needed none. */
  readonly granted: Member | undefined;
  /** Where leadership went for it; on a dry run, undefined. */
  readonly movedTo: Member | undefined;
  /** Takes the grant back, where there is one: the pod is not to go after all. Never rejects. */
  undo(): Promise<void>;
}

/** Leave to go, for which nothing was taken. */
export function allowed(reason: Reason): Allowed {
  return { allowed: true, reason, granted: undefined, movedTo: undefined, undo: async () => {} };
}

/** A refusal, of a decision or of words of one's own. */
export function refused({ reason, message }: Pick<Refused, "reason" | "message">): Refused {
  return { allowed: false, reason, message };
}
