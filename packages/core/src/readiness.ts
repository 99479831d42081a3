import type { ClusterAccess } from "./cluster-access.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";

/** The kubelet's probes wait one second, unless told otherwise: they are to hear which plugin it is. */
const PATIENCE_MS = 900;

/**
 * Asks plugins whether they are ready, and gives the names of those that are not: that say so, throw,
 * or do not answer in 0.9 s. A plugin that has not answered yet is not asked again. `staleReads` says
 * which resources a plugin reads and cannot now: it is not ready, and is given as
 * `quota (does not see v1/pods)`.
 */
export function createReadiness(
  plugins: readonly LoadedPlugin[],
  staleReads: (access: ClusterAccess) => string[],
): () => Promise<string[]> {
  const asked = new Map<LoadedPlugin, Promise<boolean>>();
  const ask = async ({ definition, state, log }: LoadedPlugin): Promise<boolean> => {
    try {
      return (await definition.ready?.(state)) !== false;
    } catch (err) {
      log.warn({ err }, "ready() threw");
      return false;
    }
  };
  const isReady = async (plugin: LoadedPlugin): Promise<boolean> => {
    if (plugin.definition.ready === undefined) return true;
    let answer = asked.get(plugin);
    if (answer === undefined) {
      answer = ask(plugin).finally(() => asked.delete(plugin));
      asked.set(plugin, answer);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, false);
    });
    const ready = await Promise.race([answer, late]);
    clearTimeout(timer);
    return ready;
  };
  return async () => {
    const answers = await Promise.all(plugins.map(isReady));
    return plugins.flatMap(({ name, access }, index) => {
      const stale = staleReads(access);
      if (stale.length > 0) return [`${name} (does not see ${stale.join(", ")})`];
      return answers[index] ? [] : [name];
    });
  };
}
