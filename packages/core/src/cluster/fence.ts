import type { Cluster, DeletionOptions, InNamespace, ListOptions, WriteVerb } from "../cluster.ts";
import type { ClusterAccess, ClusterUse, OpenFence } from "../cluster-access.ts";
import type { ClusterConnection, WriteOptions } from "../cluster-connection.ts";
import { ClusterError, GatewrightError } from "../errors.ts";
import type { KubernetesObject } from "../rule-types.ts";
import type { Cache } from "./caches.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { shared } from "./store.ts";

/** Where a plugin's reads and writes go, once they are let through. */
export interface Behind {
  readonly connection: ClusterConnection;
  cacheOf(resource: string): Cache | undefined;
  /** `signal` is asked for where the name is not known yet, and ends the waiting for it. */
  username(signal: () => AbortSignal): Promise<string>;
}

/** How long a call may take, where the handler has that much time left. */
const CALL_MS = 5_000;

/**
 * Fences a plugin in: what it did not declare throws, and so does a write where there may be none. It
 * throws at once, and does not reject, so that a forgotten `await` does not hide it. `behind` may be
 * left out for a plugin that declared nothing.
 */
export function createFence(
  plugin: string,
  access: ClusterAccess,
  behind: Behind | undefined,
): OpenFence {
  return (use) => new FencedCluster({ plugin, access, behind, use }) as unknown as Cluster;
}

/** What a fence stands between. */
interface Fencing {
  readonly plugin: string;
  readonly access: ClusterAccess;
  readonly behind: Behind | undefined;
  readonly use: ClusterUse;
}

/**
 * The cluster as one handler sees it. A class, against this project's habit, as `StepContext` is: getters on a
 * prototype make the one verb that a handler uses, where an object literal would make all of them in each review.
 */
class FencedCluster {
  readonly #fencing: Fencing;

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  get get() {
    return (resource: string, name: string, { namespace }: InNamespace = {}) => {
      const { connection, cacheOf } = this.#reading("get", resource);
      // Users name what plugins look for: nothing can have such a name, nor may it get into a URL.
      if (!isName(name) || (namespace && !isName(namespace))) return Promise.resolve(undefined);
      const known = knownIn(cacheOf(resource), name, namespace);
      if (known !== undefined) return Promise.resolve(known);
      const found = connection.get(resource, name, {
        namespace: namespace || undefined,
        ...this.#limits(),
      });
      return handled(found.then((object) => (object === undefined ? undefined : shared(object))));
    };
  }

  get peek() {
    return (resource: string, name: string, { namespace }: InNamespace = {}) =>
      knownIn(this.#reading("peek", resource).cacheOf(resource), name, namespace);
  }

  get list() {
    return (resource: string, { namespace, labelSelector }: ListOptions = {}) => {
      const { connection, cacheOf } = this.#reading("list", resource);
      if (namespace && !isName(namespace)) return Promise.resolve(Object.freeze([]));
      const matches = labelSelector ? parseLabelSelector(labelSelector) : undefined;
      const cache = cacheOf(resource);
      if (cache?.isCurrent() === true) {
        return Promise.resolve(cache.list(namespace || undefined, matches));
      }
      const which = {
        namespace: namespace || undefined,
        labelSelector: labelSelector || undefined,
      };
      const listed = connection.list(resource, { ...which, ...this.#limits() });
      return handled(listed.then(({ items }) => Object.freeze(items.map(shared))));
    };
  }

  get create() {
    return (resource: string, object: KubernetesObject) =>
      this.#put("create", resource, object, ["create"]);
  }

  get update() {
    return (resource: string, object: KubernetesObject) =>
      this.#put("update", resource, object, ["update"]);
  }

  get apply() {
    // Where there is no such object yet, the API server asks for "create", too (handlers/patch.go).
    return (resource: string, object: KubernetesObject) =>
      this.#put("apply", resource, object, ["create", "patch"]);
  }

  get delete() {
    return (resource: string, name: string, options: DeletionOptions = {}) => {
      const { connection } = this.#writing("delete", resource, ["delete"]);
      const { namespace } = options;
      if (!isName(name) || (namespace && !isName(namespace))) {
        return rejected(404, "NotFound", `delete ${resource}: there is no ${JSON.stringify(name)}`);
      }
      const which = { ...options, namespace: namespace || undefined };
      return handled(connection.delete(resource, name, { ...which, ...this.#limits() }));
    };
  }

  get username() {
    return () => {
      const { access, use } = this.#fencing;
      const there = this.#open("username");
      if (access.reads.size === 0 && access.writes.size === 0) {
        this.#refuse(
          "GW_UNDECLARED_ACCESS",
          "may not ask for its username: it declares nothing of the cluster, neither reads nor writes",
        );
      }
      return handled(there.username(use.signal));
    };
  }

  #put(
    verb: "create" | "update" | "apply",
    resource: string,
    object: KubernetesObject,
    needed: readonly WriteVerb[],
  ) {
    const { connection } = this.#writing(verb, resource, needed);
    const wrong = unusableName(object, verb === "create");
    if (wrong !== undefined) return rejected(422, "Invalid", `${verb} ${resource}: ${wrong}`);
    const as: WriteOptions = {
      fieldManager: `gatewright-${this.#fencing.plugin}`,
      ...this.#limits(),
    };
    return handled(connection[verb](resource, object, as).then(shared));
  }

  #reading(verb: "get" | "peek" | "list", resource: string): Behind {
    const there = this.#open(verb);
    if (!this.#fencing.access.reads.has(resource)) {
      this.#refuse(
        "GW_UNDECLARED_ACCESS",
        `may not ${verb} ${resource}: declare it, reads: ["${resource}"]`,
      );
    }
    return there;
  }

  #writing(verb: string, resource: string, needed: readonly WriteVerb[]): Behind {
    const { access, use } = this.#fencing;
    const there = this.#open(verb);
    const declared = access.writes.get(resource);
    if (needed.some((one) => declared?.has(one) !== true)) {
      const all = [...new Set([...(declared ?? []), ...needed])].map((one) => `"${one}"`);
      this.#refuse(
        "GW_UNDECLARED_ACCESS",
        `may not ${verb} ${resource}: declare it, writes: { "${resource}": [${all.join(", ")}] }`,
      );
    }
    if (use.sideEffects === "None") {
      this.#refuse(
        "GW_UNDECLARED_ACCESS",
        `may not ${verb} ${resource} in a hook that declares sideEffects: "None": ` +
          'declare "NoneOnDryRun", and write nothing where request.dryRun is true',
      );
    }
    if (use.dryRun) {
      this.#refuse(
        "GW_DRY_RUN_WRITE",
        `may not ${verb} ${resource} in a dry run: write nothing where request.dryRun is true`,
      );
    }
    return there;
  }

  #open(verb: string): Behind {
    const { use, behind } = this.#fencing;
    use.expectOpen(`cluster.${verb}`);
    return behind as Behind;
  }

  #refuse(code: "GW_UNDECLARED_ACCESS" | "GW_DRY_RUN_WRITE", text: string): never {
    const { plugin, use } = this.#fencing;
    throw use.misused(new GatewrightError(code, `plugin "${plugin}" ${text}`));
  }

  #limits(): { signal: AbortSignal; timeoutMs: number } {
    const { use } = this.#fencing;
    const left = use.deadline() - Date.now();
    return { signal: use.signal(), timeoutMs: Math.max(1, Math.min(CALL_MS, left)) };
  }
}

function knownIn(cache: Cache | undefined, name: string, namespace: string | undefined) {
  return cache?.isCurrent() === true ? cache.get(name, namespace || undefined) : undefined;
}

/** What may stand in a URL's path: apimachinery's `IsValidPathSegmentName`. */
function isName(name: unknown): name is string {
  return (
    typeof name === "string" && name !== "" && name !== "." && name !== ".." && !/[/%]/.test(name)
  );
}

function unusableName({ metadata }: KubernetesObject, mayBeGenerated: boolean): string | undefined {
  const { name, namespace, generateName } = metadata ?? {};
  const isGenerated = mayBeGenerated && !name && typeof generateName === "string";
  if (!isGenerated && !isName(name)) {
    return `metadata.name ${JSON.stringify(name) ?? "is missing, and"} cannot be used`;
  }
  if (namespace && !isName(namespace)) {
    return `metadata.namespace ${JSON.stringify(namespace)} cannot be used`;
  }
  return undefined;
}

function rejected(status: number, reason: string, message: string): Promise<never> {
  return handled(Promise.reject(new ClusterError(message, { status, reason })));
}

/** A plugin that does not wait for a call must not end the process when the call fails. */
function handled<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}
