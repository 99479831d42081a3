import type { Departing, Judgement } from "./judgement.ts";
import { type Court, openHearing } from "./hearing.ts";

export interface Judge {
  /** Never rejects, and resolves before the deadline. */
  judge(departing: Departing): Promise<Judgement>;
  /** Resolves when nothing is under way any more, nor of reviews that were answered before their end. */
  settled(): Promise<void>;
}

/** What is kept of the time that there is, to bring the answer home. */
const MARGIN_MS = 100;

/**
 * Judges departures from one cluster, each by itself. Where time runs out before all is done, the answer
 * is given without it, and a grant that is had later is given back.
 */
export function createJudge(court: Court): Judge {
  const underWay = new Set<Promise<void>>();
  return {
    async judge(departing) {
      const patienceMs = Math.max(0, departing.deadline - Date.now());
      const answerInMs = patienceMs - Math.min(MARGIN_MS, patienceMs / 10);
      const hearing = openHearing(court, departing, answerInMs);
      const judging = hearing.judge();
      const ending: Promise<void> = judging
        .then(hearing.close)
        .finally(() => underWay.delete(ending));
      underWay.add(ending);
      let timer: NodeJS.Timeout | undefined;
      const timeIsUp = new Promise<Judgement>((resolve) => {
        timer = setTimeout(() => resolve(hearing.giveUp()), answerInMs);
      });
      try {
        return await Promise.race([judging, timeIsUp]);
      } finally {
        clearTimeout(timer);
      }
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
