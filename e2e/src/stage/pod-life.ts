import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ControlPlane, OrphanGuard } from "@gatewright/testing/control-plane";
import { type ContainerProcess, startContainer } from "./container-process.ts";
import type { KubeletCalls, PodReport } from "./kubelet-calls.ts";
import { type PodFiles, writePodFiles } from "./pod-files.ts";
import { containerOf, type Pod } from "./pod-object.ts";
import { probe } from "./probe.ts";

/** One pod on its node, from its binding to its end. */
export interface PodLife {
  readonly podIP: string;
  /** Where its container listens on this machine; undefined while it does not run. */
  port(): number | undefined;
  /** The pod is being deleted, or is gone: it has this long to end, in seconds. */
  end(graceSeconds: number): void;
  /** Its node has lost its power. */
  kill(): void;
  /** Resolves when the pod is gone. */
  readonly over: Promise<void>;
}

export interface PodLifeParts {
  plane: ControlPlane;
  calls: KubeletCalls;
  guard: OrphanGuard;
  /** Where the folders of pods are. */
  folder: string;
  /** Where their logs are, which outlive them. */
  logs: string;
  podIP: string;
  /** To which the endings of its processes are added. */
  endings: string[];
  power: { readonly isOn: boolean };
  /** Nobody is left to be told anything. */
  closing: AbortSignal;
}

// Manifests say seconds, and a kubelet waits them: here pods are asked more often, so that a drill of ten rollouts takes
// minutes. What a probe may take and how often it may fail is as the manifests say.
const PROBE_EVERY_MS = 250;
/** Where a kubelet waits 10 s before it starts a container anew, and then twice as long each time, up to 5 min. */
const FIRST_BACKOFF_MS = 250;
const LAST_BACKOFF_MS = 2_000;

/** Begins a pod's life: its files, its process as often as it ends, its probes; at the end the process, then the pod. */
export function startPodLife(pod: Pod, parts: PodLifeParts): PodLife {
  const { plane, calls, podIP } = parts;
  const folder = join(parts.folder, pod.metadata.uid ?? "");
  const ending = new AbortController();
  const { signal } = ending;
  let graceMs = 30_000;
  let running: ContainerProcess | undefined;
  let said = "";
  let restartCount = 0;

  const report = async (now: Omit<PodReport, "podIP" | "restartCount">): Promise<void> => {
    const whole = { ...now, podIP, restartCount };
    if (JSON.stringify(whole) === said) return;
    await calls.report(pod, whole);
    said = JSON.stringify(whole);
  };
  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { signal }).catch(() => {});

  const files = async (): Promise<PodFiles | undefined> => {
    while (!signal.aborted) {
      try {
        return await writePodFiles(plane, calls, pod, folder);
      } catch {
        await pause(FIRST_BACKOFF_MS);
      }
    }
    return undefined;
  };

  /** Until the process ends. */
  const watchOver = async ({ child, port }: ContainerProcess): Promise<void> => {
    const { readinessProbe } = containerOf(pod) ?? {};
    const { failureThreshold = 3, timeoutSeconds = 1 } = readinessProbe ?? {};
    const path = readinessProbe?.httpGet?.path ?? "/readyz";
    let failures = failureThreshold;
    while (child.ending() === undefined) {
      failures = (await probe(port, path, timeoutSeconds * 1_000)) ? 0 : failures + 1;
      const ready = failures < failureThreshold;
      // The API server may be away for a while.
      if (parts.power.isOn) await report({ ready, running: true }).catch(() => (said = ""));
      await delay(PROBE_EVERY_MS);
    }
  };

  const live = async (): Promise<void> => {
    await mkdir(folder);
    const written = await files();
    while (written !== undefined && !signal.aborted) {
      if (!parts.power.isOn) {
        await pause(PROBE_EVERY_MS);
        continue;
      }
      const process = await startContainer(pod, written, parts);
      running = process;
      const stop = () => void process.child.stop(graceMs);
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      await watchOver(process);
      running = undefined;
      parts.endings.push(process.child.ending() ?? "");
      if (signal.aborted || !parts.power.isOn) continue;
      restartCount++;
      await report({ ready: false, running: false, reason: "CrashLoopBackOff" }).catch(() => {});
      await pause(Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** restartCount));
    }
    await rm(folder, { recursive: true, force: true });
    // The API server may be away for a while.
    for (let isGone = false; !isGone && !parts.closing.aborted; await delay(100)) {
      isGone = await calls.remove(pod).then(
        () => true,
        () => false,
      );
    }
  };

  return {
    podIP,
    port: () => running?.port,
    end(graceSeconds) {
      graceMs = graceSeconds * 1_000;
      ending.abort();
    },
    kill: () => running?.child.signal("SIGKILL"),
    over: live(),
  };
}
