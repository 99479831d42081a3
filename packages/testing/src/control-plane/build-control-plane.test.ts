import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type TemporaryFolder, temporaryFolder } from "../../test/control-plane/folders.ts";
import { cacheFolder } from "./cache-folder.ts";
import { buildControlPlane, ControlPlaneUnavailable, waitUntil } from "./index.ts";
import { readModules } from "./modules.ts";

// What a real `go build` cannot show in a test: two builds at once, a build that dies, an old Go.
// This one notes its arguments, waits while there is a file called "hold", and writes what -o says.
const fakeGo = `#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = env ]; then cat version; exit; fi
echo "$*" >> builds
if [ -f broken ]; then echo "cannot find module" >&2; exit 1; fi
while [ -f hold ]; do sleep 0.05; done
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"
chmod +x "$2"
`;
const buildScript = fileURLToPath(new URL("./build.ts", import.meta.url));

let folder: TemporaryFolder;
let env: NodeJS.ProcessEnv;
/** Where the finished binaries belong. */
let target: string;
let lines: string[];
const log = (line: string) => void lines.push(line);

/** Called in each `describe`: a hook outside of one would run for the tests of every file. */
function useTemporaryFolder(): void {
  beforeEach(async () => {
    folder = temporaryFolder();
    folder.executable("go", fakeGo);
    folder.executable("version", "go1.26.8\n");
    env = {
      PATH: `${folder.path}:${process.env["PATH"]}`,
      XDG_CACHE_HOME: join(folder.path, "cache"),
      HOME: folder.path,
    };
    target = cacheFolder(await readModules(), env);
    lines = [];
  });
  afterEach(() => folder.remove());
}

/** The arguments of each `go build` so far. */
function builds(): string[] {
  const file = join(folder.path, "builds");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

interface Build {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Its exit code. */
  ended: Promise<number | null>;
}

/** build.ts in a process of its own. */
function buildInProcess(): Build {
  const child = spawn(process.execPath, [buildScript], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output, ended };
}

async function failure(promise: Promise<unknown>): Promise<ControlPlaneUnavailable> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(ControlPlaneUnavailable);
  return error as ControlPlaneUnavailable;
}

describe("buildControlPlane({ log, env, modules })", () => {
  useTemporaryFolder();

  it("says first what it will take, builds the four and leaves nothing beside them", async () => {
    const found = await buildControlPlane({ env, log });

    expect(found.folder).to.equal(target);
    expect(found.from).to.equal("build");
    expect(readdirSync(target).toSorted()).to.deep.equal([
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kubectl",
    ]);
    expect(readdirSync(dirname(target))).to.have.length(1);
    expect(lines[0]).to.match(
      /^Building Kubernetes 1\.36\.3 and etcd 3\.6\.8 with go1\.26\.8 into /,
    );
    expect(lines[0]).to.match(/6 minutes on two cores, 1\.1 GB/);
    const [etcd, apiServer] = builds();
    expect(etcd).to.match(/^build -v -trimpath -ldflags -s -w -o \S+\/etcd go\.etcd\.io\/etcd/);
    // Without them it would call itself v0.0.0-master.
    expect(apiServer).to.include(
      "-ldflags -s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 " +
        "-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36 " +
        "-X k8s.io/client-go/pkg/version.gitVersion=v1.36.3 -o ",
    );
    expect(apiServer).to.match(/\/kube-apiserver k8s\.io\/kubernetes\/cmd\/kube-apiserver$/);
  });

  it("repairs a folder that somebody took a binary out of", async () => {
    await buildControlPlane({ env, log });
    rmSync(join(target, "kubectl"));
    await buildControlPlane({ env, log });
    expect(readdirSync(target)).to.have.length(4);
    expect(builds()).to.have.length(8);
  });

  it("fails with what Go said, and leaves nothing", async () => {
    folder.executable("broken");
    const error = await failure(buildControlPlane({ env, log }));
    expect(error.code).to.equal("BUILD_FAILED");
    expect(error.message).to.include(
      "go build go.etcd.io/etcd/server/v3 failed (1):\ncannot find module",
    );
    expect(readdirSync(dirname(target))).to.deep.equal([]);
  });

  it("names the Go that is too old", async () => {
    for (const version of ["go1.25.9", "go1.9", "devel"]) {
      folder.executable("version", `${version}\n`);
      const error = await failure(buildControlPlane({ env, log }));
      expect(error.code).to.equal("NOTHING_FOUND");
      expect(error.message).to.include(`go on the PATH is ${version}`);
    }
    expect(builds()).to.deep.equal([]);
  });

  it("builds once for two processes: the second waits", async () => {
    folder.executable("hold");
    const first = buildInProcess();
    await waitUntil(() => builds().length === 1, { what: "the first build" });
    const second = buildInProcess();
    await waitUntil(() => second.output.stderr.includes("waiting for it"), {
      what: "the second process to wait",
    });
    rmSync(join(folder.path, "hold"));

    expect(await Promise.all([first.ended, second.ended])).to.deep.equal([0, 0]);

    expect(first.output.stdout).to.equal(`${target}\n`);
    expect(second.output.stdout).to.equal(`${target}\n`);
    expect(second.output.stderr).to.include(`Another process (${first.child.pid} on `);
    expect(builds()).to.have.length(4);
    expect(readdirSync(dirname(target))).to.have.length(1);
  });

  it("takes over from a build that was killed", async () => {
    folder.executable("hold");
    const first = buildInProcess();
    await waitUntil(() => builds().length === 1, { what: "the first build" });
    first.child.kill("SIGKILL");
    await waitUntil(() => first.child.signalCode !== null, { what: "its end" });
    rmSync(join(folder.path, "hold"));
    await buildControlPlane({ env, log });

    expect(builds()).to.have.length(5);
    expect(readdirSync(dirname(target))).to.have.length(1);
    await first.ended;
  });

  it("clears up after a build that ended with the whole machine", async () => {
    const gone = spawn("true");
    await once(gone, "exit");
    const owner = { token: "t", pid: gone.pid, host: hostname() };
    mkdirSync(`${target}.lock`, { recursive: true });
    writeFileSync(join(`${target}.lock`, "owner.json"), JSON.stringify(owner));
    mkdirSync(join(dirname(target), `.${basename(target)}-t`, "bin"), { recursive: true });

    await buildControlPlane({ env, log });

    expect(readdirSync(dirname(target))).to.deep.equal([basename(target)]);
  });
});

describe("node build.js", () => {
  useTemporaryFolder();

  it("prints what is missing and fails where there is nothing to be had", async () => {
    env = { PATH: join(folder.path, "empty"), HOME: folder.path };
    const { ended, output } = buildInProcess();
    expect(await ended).to.equal(1);
    expect(output.stdout).to.equal("");
    expect(output.stderr).to.match(/^no Kubernetes control plane for tests: .*\n$/);
  });
});
