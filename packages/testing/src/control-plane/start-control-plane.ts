import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ApiServer, startApiServer } from "./api-server.ts";
import type { ControlPlaneBinaries } from "./binaries.ts";
import type { Child } from "./child.ts";
import { type ComponentContext, graceMs } from "./component.ts";
import type { ControlPlane, ControlPlaneOptions } from "./control-plane.ts";
import { ControlPlaneUnavailable } from "./control-plane-unavailable.ts";
import { startControllerManager } from "./controller-manager.ts";
import { type PlaneEtcd, startPlaneEtcd } from "./plane-etcd.ts";
import { findControlPlane } from "./find-control-plane.ts";
import { createKubectl } from "./kubectl.ts";
import { logToStderr } from "./log.ts";
import { createOrphanGuard } from "./orphan-guard.ts";
import { createUsers, type Users } from "./users.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * Starts a real Kubernetes control plane on this machine: etcd, kube-apiserver,
 * kube-controller-manager, with users and kubectl. Ready in a few seconds once the binaries are
 * there, which `findControlPlane` sees to. Nothing of it outlives this process, however that ends.
 *
 * @throws {ControlPlaneUnavailable} where the binaries are not to be had
 * @throws Error with the last lines of a component's log where that does not come up
 * @example
 * await using plane = await startControlPlane();
 * await plane.kubectl(["apply", "-f", "-"], { input: pod });
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { log = logToStderr, readyTimeoutMs = 60_000 } = options;
  const binaries = options.binaries ?? (await findControlPlane({ log }));
  const controllerManager = controllerManagerOf(binaries, options.controllerManager);

  const dir = await mkdtemp(join(await realpath(tmpdir()), "gatewright-control-plane-"));
  const guard = createOrphanGuard(dir);
  // Nothing else of the user's: the API server would ask a proxy for the webhooks of a Service,
  // etcd reads ETCD_*, and kubectl writes a cache to the home folder.
  const env = { PATH: process.env.PATH, HOME: join(dir, "home"), TMPDIR: dir };
  const context: ComponentContext = { binaries, dir, env, guard, readyTimeoutMs, log };
  const kubectl = createKubectl(binaries.kubectl, env, guard);
  let etcd: PlaneEtcd | undefined;
  let apiServer: ApiServer | undefined;
  let manager: Child | undefined;

  const stopAll = async () => {
    await kubectl.stop();
    await manager?.stop(graceMs);
    await apiServer?.stop();
    await etcd?.child.stop(graceMs);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    await guard.release();
  };
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };

  try {
    const users = await prepareFolder(dir, options);
    etcd = await startPlaneEtcd(context);
    const server = await startApiServer(context, {
      etcdUrl: etcd.url,
      users,
      serviceAccounts: controllerManager !== undefined,
      args: options.apiServerArgs ?? [],
      ...(await admissionControlConfig(dir, options.admissionControlConfig)),
    });
    apiServer = server;
    await users.writeKubeconfigs(server.url, server.caFile);
    await untilDefaultNamespace(server, readyTimeoutMs);
    if (controllerManager) {
      const kubeconfig = users.kubeconfig("admin");
      manager = await startControllerManager(context, controllerManager, kubeconfig, server);
    }
    const { url, ca, caFile, client } = server;
    const version: string = (await client.request("/version")).body.gitVersion;

    return {
      ...{ url, ca, caFile, version, dir, stop, [Symbol.asyncDispose]: stop },
      etcdUrl: etcd.url,
      kubeconfig: users.kubeconfig("admin"),
      kubeconfigFor: users.kubeconfig,
      token: users.token,
      get pids() {
        return pidsOf([etcd?.child, manager], server);
      },
      kubectl: async (args, { user = "admin", input } = {}) =>
        kubectl.run(args, users.kubeconfig(user), input),
      request: client.request,
      apiServer: {
        stop: server.stop,
        async start() {
          if (stopping) throw new Error("this control plane has been stopped");
          await server.start();
        },
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function controllerManagerOf(binaries: ControlPlaneBinaries, wanted?: boolean): string | undefined {
  if (wanted && !binaries.kubeControllerManager) {
    throw new ControlPlaneUnavailable(
      "ASSETS_INCOMPLETE",
      `${binaries.folder} holds no kube-controller-manager, which was asked for`,
    );
  }
  return wanted === false ? undefined : binaries.kubeControllerManager;
}

async function prepareFolder(dir: string, options: ControlPlaneOptions): Promise<Users> {
  for (const name of ["logs", "home"]) await mkdir(join(dir, name));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(dir, "sa.key"), privateKey, { mode: 0o600 });
  await writeFile(join(dir, "sa.pub"), publicKey);
  return createUsers(dir, options.users ?? { alice: [], bob: [] });
}

async function admissionControlConfig(
  dir: string,
  config: object | string | undefined,
): Promise<{ admissionControlConfigFile?: string }> {
  if (config === undefined) return {};
  if (typeof config === "string") return { admissionControlConfigFile: resolve(config) };
  const file = join(dir, "admission-control.yaml");
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config, undefined, 2));
  return { admissionControlConfigFile: file };
}

/** The API server makes it in the background, after it has called itself ready. */
async function untilDefaultNamespace({ client }: ApiServer, timeoutMs: number): Promise<void> {
  const there = async () => (await client.request("/api/v1/namespaces/default")).status === 200;
  await waitUntil(there, { what: "the namespace default", timeoutMs });
}

function pidsOf(children: (Child | undefined)[], apiServer: ApiServer): Record<string, number> {
  const pids: Record<string, number> = {};
  for (const child of children) {
    if (child && child.ending() === undefined) pids[child.name] = child.pid;
  }
  const pid = apiServer.pid();
  if (pid !== undefined) pids["kube-apiserver"] = pid;
  return pids;
}
