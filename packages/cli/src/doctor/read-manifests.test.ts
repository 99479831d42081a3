import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { parseManifests, readManifests } from "./read-manifests.ts";

const message = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing was wrong",
    (error: Error) => error.message,
  );

describe("parseManifests(file, text)", () => {
  const names = async (text: string) =>
    (await parseManifests("f.yaml", text)).map(
      ({ object }) => (object as { metadata?: { name?: string } }).metadata?.name,
    );

  it("reads documents, Lists, JSON, and nothing out of nothing", async () => {
    const one = (name: string) => `{kind: A, metadata: {name: ${name}}}`;
    expect(await names(`# Source: chart\n---\n${one("a")}\n---\n---\n${one("b")}`)).to.deep.equal([
      "a",
      "b",
    ]);
    const list = `kind: List\nitems:\n- ${one("a")}\n- {kind: AList, items: [${one("b")}]}`;
    expect(await names(list)).to.deep.equal(["a", "b"]);
    expect(await names('{"kind":"A","metadata":{"name":"a"}}')).to.deep.equal(["a"]);
    expect(await names("")).to.deep.equal([]);
    expect(await names("some text")).to.deep.equal([]);
    expect(await names("- 1\n- 2")).to.deep.equal([]);
    expect(await names("kind: AList\nitems: nonsense")).to.deep.equal([undefined]);
  });

  it("knows where things are, in a List as well", async () => {
    const text = `kind: List
items:
  - kind: ValidatingWebhookConfiguration
    webhooks:
      - name: a
        failurePolicy: Fail
`;
    const [found] = await parseManifests("f.yaml", text);
    expect(found?.file).to.equal("f.yaml");
    expect(found?.placeOf?.("/webhooks/0/failurePolicy")).to.deep.equal({ line: 6, column: 24 });
    // What is not written is where it would be.
    expect(found?.placeOf?.("/webhooks/0/timeoutSeconds")).to.deep.equal({ line: 5, column: 9 });
    expect(found?.placeOf?.("/spec")).to.deep.equal({ line: 3, column: 5 });
  });

  it("says what is no YAML, and what to do about a chart's templates", async () => {
    expect(await message(parseManifests("f.yaml", "a: b\nc: [1"))).to.match(
      /^f\.yaml:2:\d+: not YAML: /,
    );
    expect(await message(parseManifests("f.yaml", "a: {{ .Values.x }}\n  b: c"))).to.match(
      /helm template CHART \| gatewright doctor -/,
    );
    const words = "bcdefghijk".split("").map((name, index) => {
      const before = `*${"abcdefghij"[index]}`;
      return `${name}: &${name} [${before}, ${before}, ${before}]`;
    });
    const laughs = ["a: &a [1, 1]", ...words].join("\n");
    expect(await message(parseManifests("f.yaml", laughs))).to.match(/^f\.yaml: not YAML: .*alias/);
  });
});

describe("readManifests(terminal, paths)", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "gatewright-doctor-"));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  it("reads files, folders to their depths, and standard input", async () => {
    await mkdir(join(cwd, "all/deep"), { recursive: true });
    await writeFile(join(cwd, "all/b.yaml"), "kind: B");
    await writeFile(join(cwd, "all/deep/a.json"), '{"kind":"A"}');
    await writeFile(join(cwd, "all/README.md"), "kind: text");
    await writeFile(join(cwd, "one"), "kind: C");
    const terminal = createTestTerminal({ cwd, stdin: "kind: D" });
    const found = await readManifests(terminal, ["all", "one", "-"]);
    expect(
      found.map(({ file, object }) => [file, (object as { kind: string }).kind]),
    ).to.deep.equal([
      [join("all", "b.yaml"), "B"],
      [join("all", "deep/a.json"), "A"],
      ["one", "C"],
      ["-", "D"],
    ]);
  });

  it("knows a configuration file where -c was left out, and says where nothing came", async () => {
    const text = "webhooks: { pods.example.com: { plugins: [{ plugin: ./a.ts }] } }";
    await mkdir(join(cwd, "all"));
    await writeFile(join(cwd, "all/gatewright.yaml"), text);
    await writeFile(join(cwd, "values.yaml"), "webhooks: { a: { enabled: true } }");
    const read = (path: string, stdin = "") =>
      message(readManifests(createTestTerminal({ cwd, stdin }), [path]));
    expect(await read("all/gatewright.yaml")).to.equal(
      "all/gatewright.yaml is a configuration file of Gatewright: gatewright doctor -c all/gatewright.yaml",
    );
    for (const path of ["all", "values.yaml"]) {
      expect(await read(path)).to.equal("nothing was wrong");
    }
    expect(await read("-", "\n")).to.equal(
      "standard input is empty: did the command before it fail?",
    );
    expect(await read("-", "# nothing is enabled\n")).to.equal("nothing was wrong");
  });

  it("says what is not there", async () => {
    await mkdir(join(cwd, "empty"));
    const terminal = createTestTerminal({ cwd });
    expect(await message(readManifests(terminal, ["gone.yaml"]))).to.equal(
      "gone.yaml cannot be read: there is no such file",
    );
    expect(await message(readManifests(terminal, ["empty"]))).to.match(/^empty has no \.yaml/);
  });
});
