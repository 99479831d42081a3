import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type TemporaryFolder, temporaryFolder } from "../../test/control-plane/folders.ts";
import { cacheFolder, toolCacheFolder } from "./cache-folder.ts";
import { ControlPlaneUnavailable, findKwok, kwokAvailable } from "./index.ts";
import { KWOK } from "./find-kwok.ts";
import { readModules, readToolModule } from "./modules.ts";

const fakeGo = `#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo "$*" >> builds
if [ -f broken ]; then echo "cannot find module" >&2; exit 1; fi
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
chmod +x "$2"
`;

let folder: TemporaryFolder;
let env: NodeJS.ProcessEnv;
let lines: string[];
const log = (line: string) => void lines.push(line);

describe("findKwok({ build, log, env })", () => {
  beforeEach(() => {
    folder = temporaryFolder();
    // No PATH, so no Go.
    env = { HOME: folder.path, PATH: join(folder.path, "empty") };
    env["XDG_CACHE_HOME"] = join(folder.path, "cache");
    lines = [];
  });
  afterEach(() => folder.remove());

  const inPath = (path: string) => path.slice(folder.path.length + 1);
  const withGo = () => {
    folder.executable("go", fakeGo);
    env["PATH"] = `${folder.path}:${process.env["PATH"]}`;
  };

  async function failure(promise: Promise<unknown>): Promise<ControlPlaneUnavailable> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ControlPlaneUnavailable);
    return error as ControlPlaneUnavailable;
  }

  it("takes KUBEBUILDER_ASSETS before the cache, and the cache where that has none", async () => {
    const { version } = await readToolModule(KWOK);
    const cached = folder.executable(inPath(join(toolCacheFolder("kwok", version, env), "kwok")));
    folder.executable("assets/etcd");
    env["KUBEBUILDER_ASSETS"] = join(folder.path, "assets");
    expect(await findKwok({ env, log })).to.deep.equal({
      folder: dirname(cached),
      from: "cache",
      kwok: cached,
    });
    const kwok = folder.executable("assets/kwok");
    expect(await findKwok({ env, log })).to.deep.include({ from: "KUBEBUILDER_ASSETS", kwok });
    expect(lines).to.deep.equal([]);
  });

  it("says first what it will take, and builds it beside the control plane's cache", async () => {
    withGo();
    const { version } = await readToolModule(KWOK);
    const { folder: built, from } = await findKwok({ env, log });
    expect(from).to.equal("build");
    expect(built).to.equal(toolCacheFolder("kwok", version, env));
    expect(readdirSync(built)).to.deep.equal(["kwok"]);
    expect(readdirSync(dirname(built))).to.have.length(1);
    expect(dirname(built)).not.to.equal(dirname(cacheFolder(await readModules(), env)));
    expect(lines[0]).to.match(/^Building kwok 0\.8\.0 with go1\.26\.8 into .*: once, .*300 MB/);
    expect(readFileSync(join(folder.path, "builds"), "utf8")).to.match(
      /^build -v -trimpath -ldflags -s -w -o \S+\/kwok sigs\.k8s\.io\/kwok\/cmd\/kwok\n$/,
    );
    expect((await findKwok({ env, log })).from).to.equal("cache");
  });

  it("fails with what Go said", async () => {
    withGo();
    folder.executable("broken");
    const error = await failure(findKwok({ env, log }));
    expect(error.code).to.equal("BUILD_FAILED");
    expect(error.message).to.include("go build sigs.k8s.io/kwok/cmd/kwok failed (1):\ncannot find");
  });

  it("does not build where it is not to", async () => {
    withGo();
    const error = await failure(findKwok({ env, log, build: false }));
    expect(error.code).to.equal("NOTHING_FOUND");
    expect(readdirSync(folder.path)).not.to.include("builds");
  });
});

describe("kwokAvailable({ build, log, env })", () => {
  it("gives a reason on a developer's machine, and throws in CI", async () => {
    const none = { HOME: "/nonexistent", PATH: "/nonexistent" };
    const { available, reason } = await kwokAvailable({ env: none });
    expect(available).to.equal(false);
    expect(reason).to.match(/^no kwok for tests: .* holds none, .*there is no go on the PATH/);
    const error = await kwokAvailable({ env: { ...none, CI: "true" } }).then(
      () => expect.fail("it did not throw"),
      (thrown: Error) => thrown,
    );
    expect(error).to.include({ name: "ControlPlaneUnavailable", code: "NOTHING_FOUND" });
  });
});

describe("the stages beside kwok's go.mod", () => {
  it("are of the version that is built", async () => {
    const { folder: module, version } = await readToolModule(KWOK);
    const stages = readdirSync(join(module, "stages"));
    expect(stages.toSorted()).to.deep.equal([
      "node-initialize.yaml",
      "pod-complete.yaml",
      "pod-delete.yaml",
      "pod-ready.yaml",
    ]);
    for (const stage of stages) {
      const [first] = readFileSync(join(module, "stages", stage), "utf8").split("\n");
      expect(first).to.match(
        new RegExp(`^# From sigs\\.k8s\\.io/kwok v${version}, .*/${stage}\\.$`),
      );
    }
  });
});
