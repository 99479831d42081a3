// Prometheus' text format, read as strictly as Prometheus does.

/** Samples by name and labels as they are written: `up{job="a"}`. */
export type Exposition = ReadonlyMap<string, number>;

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (\\S+)$`);
const COMMENT = new RegExp(`^# (?:HELP (${NAME}) .+|TYPE (${NAME}) (counter|gauge|histogram))$`);

/** Reads an exposition; throws where Prometheus would refuse the scrape. */
export function parseExposition(text: string): Exposition {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("#")) {
      const [, , typed, type] = COMMENT.exec(line) ?? [];
      if (!COMMENT.test(line)) throw new Error(`no comment: ${line}`);
      if (typed === undefined || type === undefined) continue;
      if (types.has(typed)) throw new Error(`a second family: ${line}`);
      types.set(typed, type);
      continue;
    }
    const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, "");
    if (name === "" || !types.has(family)) throw new Error(`no sample: ${line}`);
    const key = labels === "" ? name : `${name}{${labels}}`;
    if (samples.has(key)) throw new Error(`a second sample: ${line}`);
    if (value !== "+Inf" && Number.isNaN(Number(value))) throw new Error(`no number: ${line}`);
    samples.set(key, Number(value));
  }
  return samples;
}

/** All values that a label has. */
export function labelValues(samples: Exposition, label: string): string[] {
  const found = [...samples.keys()].flatMap((key) => [
    ...key.matchAll(new RegExp(`[{,]${label}="([^"]*)"`, "g")),
  ]);
  return [...new Set(found.map(([, value = ""]) => value))];
}
