import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@gatewright/testing/control-plane";
import { configurationPaths, type ManifestObject, manifestsOf } from "../stage/installation.ts";
import type { Stage } from "../stage/stage.ts";
import { resourceOf } from "./resource-keys.ts";
import { shuffled } from "./shuffle.ts";
import type { Way } from "./ways.ts";

/** An installation by its number: with a name and a namespace of its own, and one that it alone judges. */
export interface Installed {
  readonly seed: number;
  /** Applies everything, in the order of the seed. @returns how many objects had to be applied again */
  install(): Promise<number>;
  /** Waits until a pod that contradicts itself is refused. */
  untilDenied(): Promise<void>;
  /** Whether pods can be created in the judged namespace. */
  isFree(): Promise<boolean>;
  /**
   * Takes everything away, in that way, and waits until pods of the judged namespace are created as if nothing had ever been
   * there, and nothing is registered.
   *
   * @returns for how many milliseconds no pod could be created, at the longest
   */
  uninstall(way: Way): Promise<number>;
}

export function installation(stage: Stage, number: number): Installed {
  const { plane, connection } = stage;
  const place = { name: `order-${number}`, namespace: `order-${number}-system` };
  const judged = `order-${number}-judged`;
  const webhook = `pods.order-${number}.example.com`;
  const seed = 1_000 + number;
  let objects: ManifestObject[] = [];
  const deleteIn = { propagationPolicy: "Background" } as const;

  const config = {
    cluster: {},
    tls: { secret: {} },
    // The defaults are for clusters of many nodes.
    registration: { settleSeconds: 1 },
    shutdown: { gracePeriodSeconds: 2 },
    webhooks: {
      [webhook]: {
        failurePolicy: "Fail",
        // What others do side by side is none of its business.
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": judged } },
        plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }],
      },
    },
  };
  const pod = (securityContext?: object) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "pod-" },
    spec: {
      ...(securityContext && { securityContext }),
      containers: [{ name: "main", image: "example.com/app:1" }],
    },
  });
  const create = (body: object) =>
    plane.request(`/api/v1/namespaces/${judged}/pods?dryRun=All`, { body });
  const isFree = async () => (await create(pod())).status === 201;
  const remove = async (object: ManifestObject): Promise<void> => {
    const { name, namespace } = object.metadata;
    const inNamespace = namespace === undefined ? {} : { namespace };
    await connection
      .delete(resourceOf(object), name, { ...inNamespace, ...deleteIn })
      .catch(ignoreAbsence);
  };
  const untilGone = (object: ManifestObject) =>
    waitUntil(
      async () => {
        const { name, namespace } = object.metadata;
        const inNamespace = namespace === undefined ? {} : { namespace };
        return (await connection.get(resourceOf(object), name, inNamespace)) === undefined;
      },
      { what: `${object.kind} ${object.metadata.name} to be gone`, timeoutMs: 60_000 },
    );

  return {
    seed,
    async install() {
      await plane.request("/api/v1/namespaces", { body: { metadata: { name: judged } } });
      objects = shuffled(await manifestsOf(stage, place, config), seed);
      const again: ManifestObject[] = [];
      for (const object of objects) {
        await connection
          .apply(resourceOf(object), object, { fieldManager: "kubectl" })
          .catch((error: unknown) => {
            // Of a namespace that comes later in the order. Whoever runs `kubectl apply` reads that, and runs it again.
            ignoreAbsence(error);
            again.push(object);
          });
      }
      for (const object of again) {
        await connection.apply(resourceOf(object), object, { fieldManager: "kubectl" });
      }
      return again.length;
    },
    async untilDenied() {
      const path = `/api/v1/namespaces/${judged}/serviceaccounts/default`;
      await waitUntil(
        async () => {
          if ((await plane.request(path)).status !== 200) return false;
          const bad = pod({ runAsNonRoot: true, runAsUser: 0 });
          const { status, body } = await create(bad);
          return status === 403 && body.message.includes(`"${webhook}" denied the request`);
        },
        { what: `a denial of ${webhook} (seed ${seed})`, timeoutMs: 90_000 },
      ).catch(async (error: Error) => {
        throw new Error(`${error.message}${await stage.lastLogs()}`, { cause: error });
      });
    },
    isFree,
    async uninstall({ first, alone }) {
      const blocked = watchForBlocks(isFree);
      const before = objects.filter((object) => first(object));
      for (const object of before) await remove(object);
      for (const object of before) await untilGone(object);
      const after = alone ? [] : objects.filter((object) => !before.includes(object));
      for (const object of after) await remove(object);
      await waitUntil(
        async () => {
          const { status, body } = await create(pod());
          if (status !== 201 || body.spec.securityContext?.runAsNonRoot !== undefined) return false;
          const left = Object.values(configurationPaths).map((path) =>
            plane.request(`${path}/${place.name}`),
          );
          return (await Promise.all(left)).every(({ status }) => status === 404);
        },
        { what: `pods to be created as before (seed ${seed})`, timeoutMs: 60_000 },
      );
      for (const object of after) await untilGone(object);
      return blocked.stop();
    },
  };
}

/** Asks all the while whether it works. */
function watchForBlocks(works: () => Promise<boolean>): { stop(): Promise<number> } {
  const over = new AbortController();
  let longest = 0;
  const watching = (async () => {
    let since: number | undefined;
    while (!over.signal.aborted) {
      const now = performance.now();
      since = (await works()) ? undefined : (since ?? now);
      if (since !== undefined) longest = Math.max(longest, performance.now() - since);
      await delay(50);
    }
  })();
  return {
    async stop() {
      over.abort();
      await watching;
      return longest;
    },
  };
}

function ignoreAbsence(error: unknown): void {
  if ((error as { status?: number }).status !== 404) throw error;
}
