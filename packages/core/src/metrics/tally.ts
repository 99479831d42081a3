/**
 * Counters and histograms that cost an array write. prom-client's own `observe` hashes its labels at
 * each call, which alone would take a fiftieth of a review: it gets these numbers when scraped.
 */

/** Upper bounds in seconds: kube-apiserver's own for admission webhooks, and finer below 5 ms. */
const BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 2.5, 10, 25,
];

/** Labels of one series; values come from configuration alone, never from a request's text. */
export type Labels = Readonly<Record<string, string | number>>;

/** One number of a family, as Prometheus exposes it. */
export interface Sample {
  metricName: string;
  labels: Labels;
  value: number;
}

/** All series of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): Sample[];
}

/** One number of one series, to be counted up or set. */
export interface Cell {
  value: number;
}

/** Numbers for each set of labels. */
export interface Counters extends Family {
  /** The same labels give the same cell. Look it up once where speed counts. */
  cell(labels: Labels): Cell;
}

/** Durations of one series. */
export interface Timer {
  observe(milliseconds: number): void;
}

/** Durations for each set of labels. */
export interface Timers extends Family {
  /** The same labels give the same series: two of them would spoil the whole scrape. */
  series(labels: Labels): Timer;
}

/** A family of counters or gauges. */
export function createCounters(name: string, type: "counter" | "gauge", help: string): Counters {
  const series = new Map<string, { labels: Labels; value: number }>();
  return {
    name,
    help,
    type,
    cell(labels) {
      const key = JSON.stringify(labels);
      let found = series.get(key);
      if (found === undefined) {
        found = { labels, value: 0 };
        series.set(key, found);
      }
      return found;
    },
    samples: () => [...series.values()].map((one) => ({ metricName: name, ...one })),
  };
}

/** A family of histograms, in seconds. */
export function createTimers(name: string, help: string): Timers {
  const series = new Map<string, { labels: Labels; counts: Float64Array; sum: number }>();
  return {
    name,
    help,
    type: "histogram",
    series(labels) {
      const key = JSON.stringify(labels);
      const one = series.get(key) ?? {
        labels,
        counts: new Float64Array(BOUNDS.length + 1),
        sum: 0,
      };
      series.set(key, one);
      return {
        observe(milliseconds) {
          const seconds = milliseconds / 1000;
          let bucket = 0;
          while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket++;
          one.counts[bucket] = (one.counts[bucket] as number) + 1;
          one.sum += seconds;
        },
      };
    },
    samples: () => [...series.values()].flatMap((one) => histogramSamples(name, one)),
  };
}

function histogramSamples(
  name: string,
  { labels, counts, sum }: { labels: Labels; counts: Float64Array; sum: number },
): Sample[] {
  const samples: Sample[] = [];
  let total = 0;
  for (const [index, count] of counts.entries()) {
    total += count;
    const le = BOUNDS[index] ?? "+Inf";
    samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: total });
  }
  samples.push({ metricName: `${name}_sum`, labels, value: sum });
  samples.push({ metricName: `${name}_count`, labels, value: total });
  return samples;
}
