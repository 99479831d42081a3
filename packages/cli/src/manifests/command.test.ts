import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";

const LEAST = fileURLToPath(new URL("../../test/configurations/least.yaml", import.meta.url));

describe("gatewright manifests", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "gatewright-manifests-"));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  async function run(...args: string[]) {
    const terminal = createTestTerminal({ cwd });
    const code = await runGatewright(["manifests", ...args], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  }

  it("writes the same to a file as to standard output", async () => {
    const { out } = await run("-c", LEAST);
    expect(await run("-c", LEAST, "-o", "deploy/base")).to.deep.equal({
      code: 0,
      out: "",
      err: "deploy/base/manifests.yaml\n",
    });
    expect(await readFile(join(cwd, "deploy/base/manifests.yaml"), "utf8")).to.equal(out);
  });

  it("refuses an --image that no kubelet could pull", async () => {
    for (const image of ["bad image", "Upper:1", "a:b:c", "a@sha256:", "https://a/b", "a/", ""]) {
      expect(await run("-c", LEAST, "--image", image)).to.deep.equal({
        code: 2,
        out: "",
        err: `--image: "${image}" is no image: write host/name:tag, in lower case\n`,
      });
    }
    for (const image of ["a", "registry:5000/a/b-c__d:v1.2", "[::1]:5000/a@sha256:00ff", "A.b/c"]) {
      expect((await run("-c", LEAST, "--image", image)).code, image).to.equal(0);
    }
  });

  it("writes a kustomize base, and says which files", async () => {
    const { code, out, err } = await run("-c", LEAST, "--format", "kustomize", "-o", "base");
    expect({ code, out }).to.deep.equal({ code: 0, out: "" });
    const files = (await readdir(join(cwd, "base"))).map((file) => `base/${file}`);
    expect(err.trimEnd().split("\n")).to.have.members(files);
    expect(files).to.include("base/kustomization.yaml");
  });

  it("wants to know where a folder is to be", async () => {
    expect(await run("-c", LEAST, "--format", "kustomize")).to.deep.equal({
      code: 2,
      out: "",
      err: "--format kustomize writes a folder: name it with -o\n",
    });
  });

  it("says which file it could not write", async () => {
    await writeFile(join(cwd, "taken"), "");
    const { code, err } = await run("-c", LEAST, "-o", "taken");
    expect(code).to.equal(1);
    expect(err).to.match(/^taken\/manifests\.yaml cannot be written: .*\n$/);
  });

  it("says which file it could not read", async () => {
    const { code, out, err } = await run();
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(
      /gatewright\.yaml: there is no such file.* \[GW_CONFIG_UNREADABLE\]\n-c FILE names the configuration file\n$/,
    );
  });
});
