import type { Court } from "./court.ts";
import { denialOfCrowd } from "./denial.ts";
import { grantAnyway } from "./grant-anyway.ts";
import { openHearing } from "./hearing.ts";
import { inTime } from "./in-time.ts";
import { type Departing, type Judgement, refused } from "./judgement.ts";
import type { Member } from "./member-status.ts";

export interface Judge {
  /** Never rejects, and resolves before the deadline. */
  judge(departing: Departing): Promise<Judgement>;
  /**
   * Has a pod counted that goes whatever is said. Resolves with whose grant was taken, within a part of
   * the time that there is; undefined where none was by then. Never rejects.
   */
  countIn(departing: Departing): Promise<Member | undefined>;
  /** Resolves when nothing is under way any more, nor of reviews that were answered before their end. */
  settled(): Promise<void>;
}

/** What is kept of the time that there is, to bring the answer home. */
const MARGIN_MS = 100;
/** How many are heard at the same time: each keeps what it was asked, and asks every member. */
export const MOST_HEARINGS = 64;

/**
 * Judges departures from one cluster, each by itself. Where time runs out before all is done, the answer
 * is given without it, and a grant that is had later is given back.
 */
export function createJudge(court: Court): Judge {
  const { name: cluster, callTimeoutMilliseconds: timeoutMs } = court.config;
  const underWay = new Set<Promise<unknown>>();
  let hearings = 0;

  function track(work: Promise<unknown>): void {
    const ending: Promise<unknown> = work.finally(() => underWay.delete(ending));
    underWay.add(ending);
  }

  return {
    async judge(departing) {
      if (hearings >= MOST_HEARINGS) {
        const message = denialOfCrowd(cluster, departing.pod.name, hearings);
        return refused({ reason: "overloaded", message });
      }
      const answerInMs = timeLeft(departing);
      const hearing = openHearing(court, departing, answerInMs);
      hearings++;
      const judging = hearing.judge();
      track(judging.then(hearing.close).finally(() => hearings--));
      return await inTime(judging, answerInMs, hearing.giveUp);
    },
    async countIn(departing) {
      const granting = grantAnyway(court, departing, timeoutMs);
      track(granting);
      const withinMs = Math.min(2 * timeoutMs, timeLeft(departing) / 2);
      return await inTime(granting, withinMs, () => undefined);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function timeLeft({ deadline }: Departing): number {
  const patienceMs = Math.max(0, deadline - Date.now());
  return patienceMs - Math.min(MARGIN_MS, patienceMs / 10);
}
