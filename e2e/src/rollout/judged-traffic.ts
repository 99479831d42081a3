import { setTimeout as delay } from "node:timers/promises";
import { startTraffic } from "../traffic.ts";
import type { Stage } from "../stage/stage.ts";
import { trafficNamespace } from "./drill-config.ts";

/** Pods that are created all the while, for real, by several clients side by side. */
export interface JudgedTraffic {
  /** How many pods were created so far. */
  created(): number;
  /** How many were refused so far, and rightly so. */
  denied(): number;
  /** What went otherwise: a call that failed, a pod that came through without having been judged. */
  failures(): readonly string[];
  /** How long calls took, in milliseconds. @param share 0.5 for the median */
  percentile(share: number): number;
  stop(): Promise<void>;
}

const CLIENTS = 4;
/** Between the beginnings of two calls of a client: replicas that start need the cores, too. */
const EVERY_MS = 30;
/** Every so many, a pod that contradicts itself. */
const DENIED_EVERY = 10;

/**
 * Each answer is checked, not only its status: while no webhook is registered, every pod is created, and none is judged.
 *
 * @param isJudged whether a pod that was created is as the webhook makes it
 */
export function startJudgedTraffic(
  { plane }: Stage,
  isJudged: (runAsUser: number | undefined) => boolean,
): JudgedTraffic {
  const path = `/api/v1/namespaces/${trafficNamespace}/pods`;
  const milliseconds: number[] = [];
  const failures: string[] = [];
  let calls = 0;
  let created = 0;
  let denied = 0;

  const ask = async (): Promise<string | undefined> => {
    const isBad = ++calls % DENIED_EVERY === 0;
    const began = performance.now();
    const { status, text, body } = await plane.request(path, { body: pod(isBad) });
    milliseconds.push(performance.now() - began);
    if (isBad) {
      if (status !== 403 || !text.includes("denied the request")) return `${status} ${text}`;
      denied++;
      return undefined;
    }
    if (status !== 201) return `${status} ${text}`;
    created++;
    const { runAsUser } = (body.spec.securityContext ?? {}) as { runAsUser?: number };
    return isJudged(runAsUser) ? undefined : `not judged: ${JSON.stringify(body.spec)}`;
  };
  const call = async (): Promise<string | undefined> => {
    const pace = delay(EVERY_MS);
    const failure = await ask().catch((error: unknown) => String(error));
    if (failure !== undefined) failures.push(`${new Date().toISOString()} ${failure}`);
    await pace;
    return failure;
  };
  const traffic = startTraffic(call, CLIENTS);

  return {
    created: () => created,
    denied: () => denied,
    failures: () => failures,
    percentile(share) {
      const sorted = milliseconds.toSorted((a, b) => a - b);
      return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    },
    async stop() {
      await traffic.stop();
    },
  };
}

function pod(isBad: boolean): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "pod-" },
    spec: {
      ...(isBad && { securityContext: { runAsNonRoot: true, runAsUser: 0 } }),
      containers: [{ name: "main", image: "example.com/app:1" }],
    },
  };
}
