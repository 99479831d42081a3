import { join } from "node:path";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type TemporaryFolder, temporaryFolder } from "../../test/control-plane/folders.ts";
import { goPlatform } from "./cache-folder.ts";
import { controlPlaneAvailable, ControlPlaneUnavailable, findControlPlane } from "./index.ts";
import { readModules } from "./modules.ts";

const names = ["kube-apiserver", "etcd", "kubectl", "kube-controller-manager"];

let folder: TemporaryFolder;
let env: NodeJS.ProcessEnv;
let lines: string[];
const log = (line: string) => void lines.push(line);

/** Called in each `describe`: a hook outside of one would run for the tests of every file. */
function useTemporaryFolder(): void {
  beforeEach(() => {
    folder = temporaryFolder();
    // No PATH, so no Go.
    env = { HOME: join(folder.path, "home"), PATH: join(folder.path, "empty") };
    lines = [];
  });
  afterEach(() => folder.remove());
}

async function cacheName(): Promise<string> {
  const { kubernetes, etcd } = await readModules();
  const { os, arch } = goPlatform();
  return `gatewright/control-plane/${kubernetes}-etcd-${etcd}-${os}-${arch}`;
}

async function failure(promise: Promise<unknown>): Promise<ControlPlaneUnavailable> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(ControlPlaneUnavailable);
  return error as ControlPlaneUnavailable;
}

describe("findControlPlane({ build, log, env, modules })", () => {
  useTemporaryFolder();

  it("takes KUBEBUILDER_ASSETS before the cache", async () => {
    for (const name of names) {
      folder.executable(join("assets", name));
      folder.executable(join("cache", await cacheName(), name));
    }
    env = {
      ...env,
      KUBEBUILDER_ASSETS: join(folder.path, "assets"),
      XDG_CACHE_HOME: join(folder.path, "cache"),
    };

    const found = await findControlPlane({ env, log });

    const assets = join(folder.path, "assets");
    expect(found).to.deep.equal({
      folder: assets,
      from: "KUBEBUILDER_ASSETS",
      etcd: join(assets, "etcd"),
      kubeApiserver: join(assets, "kube-apiserver"),
      kubectl: join(assets, "kubectl"),
      kubeControllerManager: join(assets, "kube-controller-manager"),
    });
    expect(lines).to.deep.equal([]);
  });

  it("does without a kube-controller-manager in KUBEBUILDER_ASSETS, and says so", async () => {
    for (const name of names.slice(0, 3)) folder.executable(join("assets", name));
    const found = await findControlPlane({
      env: { ...env, KUBEBUILDER_ASSETS: join(folder.path, "assets") },
      log,
    });
    expect(found).not.to.have.property("kubeControllerManager");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include("no kube-controller-manager");
  });

  it("refuses a KUBEBUILDER_ASSETS that lacks binaries, though the cache has them", async () => {
    for (const name of names) folder.executable(join("cache", await cacheName(), name));
    folder.executable("assets/etcd");
    env = {
      ...env,
      KUBEBUILDER_ASSETS: join(folder.path, "assets"),
      XDG_CACHE_HOME: join(folder.path, "cache"),
    };
    const error = await failure(findControlPlane({ env, log }));
    expect(error.code).to.equal("ASSETS_INCOMPLETE");
    expect(error.message).to.include("lacks kube-apiserver, kubectl:");
  });

  it("takes the cache: $XDG_CACHE_HOME, else the user's cache folder", async () => {
    const userCache = process.platform === "darwin" ? "home/Library/Caches" : "home/.cache";
    for (const name of names) folder.executable(join(userCache, await cacheName(), name));
    const inHome = await findControlPlane({ env, log });
    expect(inHome.from).to.equal("cache");
    expect(inHome.folder).to.equal(join(folder.path, userCache, await cacheName()));

    for (const name of names) folder.executable(join("xdg", await cacheName(), name));
    env = { ...env, XDG_CACHE_HOME: join(folder.path, "xdg") };
    const inXdg = await findControlPlane({ env, log });
    expect(inXdg.folder).to.equal(join(folder.path, "xdg", await cacheName()));
  });

  it("looks for the versions that another folder of modules pins", async () => {
    folder.executable("modules/kubernetes/go.mod", "require k8s.io/kubernetes v1.35.4\n");
    folder.executable("modules/etcd/go.mod", "require (\n\tgo.etcd.io/etcd/server/v3 v3.6.7\n)\n");
    const { os, arch } = goPlatform();
    const name = `gatewright/control-plane/1.35.4-etcd-3.6.7-${os}-${arch}`;
    for (const binary of names) folder.executable(join("xdg", name, binary));
    env = { ...env, XDG_CACHE_HOME: join(folder.path, "xdg") };
    const found = await findControlPlane({ env, log, modules: join(folder.path, "modules") });
    expect(found.folder).to.equal(join(folder.path, "xdg", name));
  });

  it("says what to do where there is nothing and no Go", async () => {
    const error = await failure(findControlPlane({ env, log }));
    expect(error.code).to.equal("NOTHING_FOUND");
    expect(error.message).to.include("there is no go on the PATH");
    expect(error.message).to.match(/Set KUBEBUILDER_ASSETS to .*, or install Go 1\.26 or newer/);
  });

  it("takes an incomplete cache for none, and does not build where it must not", async () => {
    for (const name of names.slice(1)) folder.executable(join("xdg", await cacheName(), name));
    env = { ...env, XDG_CACHE_HOME: join(folder.path, "xdg"), PATH: process.env["PATH"] };
    const error = await failure(findControlPlane({ env, log, build: false }));
    expect(error.code).to.equal("NOTHING_FOUND");
    expect(lines).to.deep.equal([]);
  });
});

describe("controlPlaneAvailable(options)", () => {
  useTemporaryFolder();

  it("gives the binaries where they are", async () => {
    for (const name of names) folder.executable(join("xdg", await cacheName(), name));
    env = { ...env, XDG_CACHE_HOME: join(folder.path, "xdg"), CI: "true" };
    const found = await controlPlaneAvailable({ env, log });
    expect(found.available).to.equal(true);
    expect(found.binaries?.from).to.equal("cache");
  });

  it("gives the reason on a developer's machine without them", async () => {
    for (const CI of [undefined, "", "false", "0"]) {
      const found = await controlPlaneAvailable({ env: { ...env, CI }, log });
      expect(found.available).to.equal(false);
      expect(found.reason).to.include("install Go 1.26");
    }
  });

  it("fails without them in CI", async () => {
    for (const CI of ["true", "1"]) {
      const error = await failure(controlPlaneAvailable({ env: { ...env, CI }, log }));
      expect(error.code).to.equal("NOTHING_FOUND");
    }
  });

  it("fails on a KUBEBUILDER_ASSETS that lacks binaries everywhere", async () => {
    env = { ...env, KUBEBUILDER_ASSETS: folder.path };
    const error = await failure(controlPlaneAvailable({ env, log }));
    expect(error.code).to.equal("ASSETS_INCOMPLETE");
  });
});
