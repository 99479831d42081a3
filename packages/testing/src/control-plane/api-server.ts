import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ApiClient, createApiClient } from "./api-request.ts";
import { type Child, untilReady } from "./child.ts";
import {
  type ComponentContext,
  onFreePorts,
  reportUnexpectedEnd,
  startComponent,
} from "./component.ts";
import type { Users } from "./users.ts";

export interface ApiServerSettings {
  etcdUrl: string;
  users: Users;
  /** Whether pods need their service account to exist, which the controller manager makes. */
  serviceAccounts: boolean;
  admissionControlConfigFile?: string;
  /** Further flags, which win over ours. */
  args: string[];
}

/** A kube-apiserver that can be taken away and brought back at the same address. */
export interface ApiServer {
  url: string;
  /** Path of its certificate and CA, which it made itself. */
  caFile: string;
  /** The content of `caFile`. */
  ca: string;
  client: ApiClient;
  pid(): number | undefined;
  stop(): Promise<void>;
  /** Resolves when it is ready; at once where it runs. */
  start(): Promise<void>;
}

/**
 * Milliseconds between SIGTERM and SIGKILL. With a watch open kube-apiserver lingers for a minute;
 * what it wrote is in etcd by the time it has answered.
 */
const graceMs = 2_000;

/** Starts kube-apiserver. Resolves when `/readyz` answers ok. */
export function startApiServer(
  context: ComponentContext,
  settings: ApiServerSettings,
): Promise<ApiServer> {
  return onFreePorts(1, ([port]) => startOn(context, settings, port as number));
}

async function startOn(
  context: ComponentContext,
  settings: ApiServerSettings,
  port: number,
): Promise<ApiServer> {
  const { binaries, dir, readyTimeoutMs } = context;
  const url = `https://127.0.0.1:${port}`;
  const caFile = join(dir, "certs", "apiserver.crt");
  let child: Child | undefined;

  const start = async () => {
    if (child && child.ending() === undefined) return;
    const args = [...flags(dir, port, settings), ...settings.args];
    const started = await startComponent(context, "kube-apiserver", binaries.kubeApiserver, args);
    child = started;
    try {
      const ready = (signal: AbortSignal) => isReady(url, caFile, settings.users, signal);
      await untilReady(started, ready, readyTimeoutMs);
    } catch (error) {
      await started.stop(graceMs);
      throw error;
    }
    reportUnexpectedEnd(started, context);
  };
  await start();

  const ca = await readFile(caFile, "utf8");
  const client = createApiClient(url, ca, settings.users.token);
  return {
    ...{ url, caFile, ca, client, start },
    pid: () => (child?.ending() === undefined ? child?.pid : undefined),
    async stop() {
      client.close();
      await child?.stop(graceMs);
    },
  };
}

/** With a client of its own: the certificate may be half written yet. */
async function isReady(
  url: string,
  caFile: string,
  users: Users,
  signal: AbortSignal,
): Promise<boolean> {
  const client = createApiClient(url, await readFile(caFile, "utf8"), users.token);
  try {
    const { status, text } = await client.request("/readyz", { signal });
    if (status !== 200) throw new Error(`/readyz answers ${status} ${text}`);
    return true;
  } finally {
    client.close();
  }
}

function flags(dir: string, port: number, settings: ApiServerSettings): string[] {
  const { etcdUrl, users, serviceAccounts, admissionControlConfigFile } = settings;
  return [
    ...["--etcd-servers", etcdUrl, "--secure-port", String(port)],
    ...["--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"],
    ...["--cert-dir", join(dir, "certs"), "--token-auth-file", users.tokensFile],
    ...["--service-account-issuer", "https://kubernetes.default.svc.cluster.local"],
    ...["--service-account-key-file", join(dir, "sa.pub")],
    ...["--service-account-signing-key-file", join(dir, "sa.key")],
    ...["--authorization-mode", "Node,RBAC", "--service-cluster-ip-range", "10.0.0.0/24"],
    "--allow-privileged=true",
    ...(serviceAccounts ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ...(admissionControlConfigFile
      ? ["--admission-control-config-file", admissionControlConfigFile]
      : []),
  ];
}
