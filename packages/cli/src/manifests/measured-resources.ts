import { quantityOf } from "./quantity.ts";
import type { Resources } from "./installation.ts";

const MIB = 2 ** 20;

// bench/RESULTS.md: a server under load held 178 MB at its peak, whether with one plugin or with a hundred. What talks to
// the cluster added 62 to 71 MB to a server in five starts (Node 24). Together 249 MB, or 238 MiB.
const MEMORY_MIB = 256;

// bench/RESULTS.md: 80 µs of CPU for a review of 4 KB, 310 µs for one of 60 KB, 960 µs where it comes over a connection of
// its own. A tenth of a core is some hundred of the dearest each second.
const CPU = "100m";

// What core says of `maxBytesInFlight`: a review takes about six times its size while it is judged.
const MEMORY_OF_A_BYTE = 6;

/**
 * What a server of one replica needs, as it was measured. The limit leaves room for all the reviews that may be under way
 * at once: it is never reached by calls, which are refused before. There is none for CPU, since a throttled webhook is
 * a slow cluster.
 *
 * @param maxBytesInFlight - of the server's options
 */
export function measuredResources(maxBytesInFlight: number): Resources {
  const inFlight = Math.ceil((maxBytesInFlight * MEMORY_OF_A_BYTE) / MIB);
  return {
    requests: { cpu: CPU, memory: `${MEMORY_MIB}Mi` },
    limits: { memory: `${MEMORY_MIB + inFlight}Mi` },
  };
}

/**
 * How much of a container's memory Node's heap may take, in MiB; undefined where the memory has no limit. Node itself
 * takes half of it, less than the reviews in flight need; the rest is for bodies as they came in, and for code.
 */
export function heapMebibytes({ limits }: Resources): number | undefined {
  const bytes = quantityOf(limits?.["memory"]);
  return bytes === undefined ? undefined : Math.floor((bytes * 0.7) / MIB);
}
