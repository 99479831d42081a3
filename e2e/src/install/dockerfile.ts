/** One instruction of a Dockerfile: `{ name: "RUN", text: "pnpm install" }`. */
export interface Instruction {
  name: string;
  text: string;
}

/** What follows one FROM. */
export interface Stage {
  /** The image that it begins with. */
  image: string;
  /** Its name (`AS build`), if it has one. */
  name: string | undefined;
  instructions: Instruction[];
}

/** As much of the Dockerfile's syntax as ours uses: no heredocs, no variables, comments on lines of their own. */
export function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .join("\n")
    .replaceAll("\\\n", " ")
    .split("\n");
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = "", text = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === "FROM") {
      const [, image = "", as] = /^(?:--\S+ )*(\S+)(?: AS (\S+))?$/.exec(text) ?? [];
      stages.push({ image, name: as, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (name === "" || stage === undefined) throw new Error(`not understood: ${line}`);
      stage.instructions.push({ name, text });
    }
  }
  return stages;
}

/** The texts of a stage's instructions of one name. */
export function textsOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter((entry) => entry.name === name).map(({ text }) => text);
}

/** A COPY: `--from=build --chown=0:0 /app/x ./x`. */
export interface Copy {
  from: string | undefined;
  /** User and group that the files will belong to, by number. */
  owner: string | undefined;
  source: string;
  target: string;
}

/** Reads what follows COPY. */
export function copyOf(text: string): Copy {
  const words = text.split(/\s+/);
  const flag = (name: string) =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const [source, target, more] = words.filter((word) => !word.startsWith("--"));
  if (source === undefined || target === undefined || more !== undefined) {
    throw new Error(`not understood: COPY ${text}`);
  }
  return { from: flag("from"), owner: flag("chown"), source, target };
}
