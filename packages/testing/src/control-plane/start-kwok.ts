import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Child, startChild, untilReady } from "./child.ts";
import { graceMs, onFreePorts } from "./component.ts";
import { findKwok, KWOK, type KwokBinary } from "./find-kwok.ts";
import { logToStderr } from "./log.ts";
import { readToolModule } from "./modules.ts";
import { createOrphanGuard } from "./orphan-guard.ts";

/** A `Stage` of kwok.x-k8s.io/v1alpha1: what becomes of objects that its selector matches. */
export interface KwokStage {
  apiVersion: "kwok.x-k8s.io/v1alpha1";
  kind: "Stage";
  metadata: { name: string };
  spec: object;
}

export interface KwokOptions {
  /** Path of a kubeconfig whose user may do everything, such as `plane.kubeconfig`. */
  kubeconfig: string;
  /**
   * Stages besides the ones of this package: `node-initialize`, `pod-ready`, `pod-complete` and
   * `pod-delete`. One of the same name takes its place.
   */
  stages?: readonly KwokStage[];
  /** More flags of kwok, after ours. */
  args?: readonly string[];
  /** What `findKwok()` gave. @default it is called, and may build */
  binaries?: Pick<KwokBinary, "kwok">;
  /** Receives one line of progress at a time. @default a line on stderr */
  log?: (line: string) => void;
  /** Milliseconds that it may take to be ready. @default 60_000 */
  readyTimeoutMs?: number;
}

/** A running kwok. */
export interface Kwok extends AsyncDisposable {
  pid: number;
  /** Path of its log; gone after `stop()`. */
  logFile: string;
  /** Ends it (SIGTERM, after 5 s SIGKILL). A second call is the first one. */
  stop(): Promise<void>;
}

/**
 * Starts kwok, which plays the kubelets of all nodes: nodes become ready, pods on them run, and go
 * when they are deleted. Nodes and the binding of pods are the caller's: there is no scheduler.
 * Nothing of it outlives this process, however that ends.
 *
 * @throws {ControlPlaneUnavailable} where the binary is not to be had
 * @throws Error with the last lines of its log where it does not come up
 * @example
 * await using plane = await startControlPlane();
 * await using kwok = await startKwok(plane);
 */
export async function startKwok(options: KwokOptions): Promise<Kwok> {
  const { log = logToStderr, readyTimeoutMs = 60_000, args = [] } = options;
  const { kwok } = options.binaries ?? (await findKwok({ log }));
  const dir = await mkdtemp(join(await realpath(tmpdir()), "gatewright-kwok-"));
  const guard = createOrphanGuard(dir);
  const logFile = join(dir, "kwok.log");
  let child: Child | undefined;
  const stopAll = async () => {
    await child?.stop(graceMs);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    await guard.release();
  };
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };

  try {
    const stages = await stageFiles(dir, options.stages ?? []);
    const env = { PATH: process.env.PATH, HOME: dir, TMPDIR: dir };
    const started = await onFreePorts(1, async ([port]) => {
      const address = `127.0.0.1:${port}`;
      const flags = ["--kubeconfig", options.kubeconfig, "--server-address", address];
      const all = [...flags, "--manage-all-nodes=true", ...stages.flatMap(asConfig), ...args];
      child = await startChild({ name: "kwok", file: kwok, args: all, env, logFile, guard });
      await untilReady(child, (signal) => isReady(address, signal), readyTimeoutMs);
      return child;
    });
    started.onUnexpectedEnd((ending) => {
      log(`kwok (${started.pid}) ended by itself: ${ending}`);
    });
    return { pid: started.pid, logFile, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const asConfig = (file: string) => ["--config", file];

/** Paths of the stages to go by: the package's, and the given ones in files of their own. */
async function stageFiles(dir: string, own: readonly KwokStage[]): Promise<string[]> {
  const shipped = join((await readToolModule(KWOK)).folder, "stages");
  const replaced = new Set(own.map(({ metadata }) => metadata.name));
  const files = (await readdir(shipped))
    .filter((name) => name.endsWith(".yaml") && !replaced.has(basename(name, ".yaml")))
    .map((name) => join(shipped, name));
  await mkdir(join(dir, "stages"));
  for (const [index, stage] of own.entries()) {
    const file = join(dir, "stages", `${index}.yaml`);
    // JSON is YAML.
    await writeFile(file, JSON.stringify(stage, undefined, 2));
    files.push(file);
  }
  return files;
}

async function isReady(address: string, signal: AbortSignal): Promise<boolean> {
  const asking = request(`http://${address}/readyz`, { agent: false, signal });
  asking.end();
  const [response] = await once(asking, "response");
  response.resume();
  return response.statusCode === 200;
}
