import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type TemporaryFolder, temporaryFolder } from "../../test/control-plane/folders.ts";
import { toolCacheFolder } from "./cache-folder.ts";
import { HELM } from "./find-helm.ts";
import { findHelm, helmAvailable } from "./index.ts";
import { readToolModule } from "./modules.ts";

const fakeGo = `#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo "$*" >> builds
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
chmod +x "$2"
`;

// What is common to it and kwok is in the tests of findKwok().
describe("findHelm({ build, log, env })", () => {
  let folder: TemporaryFolder;
  let env: NodeJS.ProcessEnv;
  let lines: string[];
  const log = (line: string) => void lines.push(line);
  beforeEach(() => {
    folder = temporaryFolder();
    // No PATH, so no Go.
    env = { HOME: folder.path, PATH: join(folder.path, "empty") };
    env["XDG_CACHE_HOME"] = join(folder.path, "cache");
    lines = [];
  });
  afterEach(() => folder.remove());

  it("takes KUBEBUILDER_ASSETS before the cache, and the cache where that has none", async () => {
    const { version } = await readToolModule(HELM);
    const cached = join(toolCacheFolder("helm", version, env), "helm");
    folder.executable(cached.slice(folder.path.length + 1));
    folder.executable("assets/kwok");
    env["KUBEBUILDER_ASSETS"] = join(folder.path, "assets");
    expect(await findHelm({ env, log })).to.deep.equal({
      folder: dirname(cached),
      from: "cache",
      helm: cached,
    });
    const helm = folder.executable("assets/helm");
    expect(await findHelm({ env, log })).to.deep.include({ from: "KUBEBUILDER_ASSETS", helm });
  });

  it("builds one that knows its own version, and takes a cluster for a recent one", async () => {
    folder.executable("go", fakeGo);
    env["PATH"] = `${folder.path}:${process.env["PATH"]}`;
    const { folder: built, from } = await findHelm({ env, log });
    expect(from).to.equal("build");
    expect(readdirSync(built)).to.deep.equal(["helm"]);
    expect(lines[0]).to.match(/^Building helm 3\.20\.0 with go1\.26\.8 into .*: once, .* modules/);
    const arguments_ = readFileSync(join(folder.path, "builds"), "utf8");
    expect(arguments_).to.match(/\S+\/helm helm\.sh\/helm\/v3\/cmd\/helm\n$/);
    expect(arguments_).to.include("-X helm.sh/helm/v3/internal/version.version=v3.20.0 ");
    expect(arguments_).to.include("-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 ");
    expect(arguments_).to.include("-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=35 ");
  });

  it("that recent one is of the client-go in its go.mod", async () => {
    const { folder: module } = await readToolModule(HELM);
    const goMod = readFileSync(join(module, "go.mod"), "utf8");
    const [, minor] = /^\tk8s\.io\/client-go v0\.(\d+)\./m.exec(goMod) ?? [];
    expect(HELM.ldflags("0")).to.include(`chartutil.k8sVersionMinor=${minor} `);
  });
});

describe("helmAvailable({ build, log, env })", () => {
  it("gives a reason on a developer's machine, and throws in CI", async () => {
    const none = { HOME: "/nonexistent", PATH: "/nonexistent" };
    const { available, reason } = await helmAvailable({ env: none });
    expect(available).to.equal(false);
    expect(reason).to.match(/^no helm for tests: .* holds none, .*there is no go on the PATH/);
    const error = await helmAvailable({ env: { ...none, CI: "true" } }).then(
      () => expect.fail("it did not throw"),
      (thrown: Error) => thrown,
    );
    expect(error).to.include({ name: "ControlPlaneUnavailable", code: "NOTHING_FOUND" });
  });
});
