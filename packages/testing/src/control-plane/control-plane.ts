import type { ApiRequest, ApiResponse } from "./api-request.ts";
import type { ControlPlaneBinaries } from "./binaries.ts";
import type { KubectlOptions, KubectlResult } from "./kubectl.ts";

export interface ControlPlaneOptions {
  /**
   * Users besides `admin` (group `system:masters`), with their groups. They may do what RBAC grants
   * them: to begin with, nothing. @default { alice: [], bob: [] }
   */
  users?: Record<string, string[]>;
  /**
   * Whether kube-controller-manager runs: service accounts, ResourceQuota, `kube-root-ca.crt`, the
   * end of namespaces and all workload controllers need it; plain webhook calls do not. Without it,
   * pods need no service account. @default true, but false where `KUBEBUILDER_ASSETS` holds none
   */
  controllerManager?: boolean;
  /**
   * For `--admission-control-config-file`: an AdmissionConfiguration, or the path of a file with
   * one.
   */
  admissionControlConfig?: object | string;
  /** More flags of kube-apiserver, after ours, such as `--audit-log-path=…`. */
  apiServerArgs?: string[];
  /** Receives one line of progress at a time. @default a line on stderr */
  log?: (line: string) => void;
  /** What `findControlPlane()` gave. @default it is called, and may build */
  binaries?: ControlPlaneBinaries;
  /** Milliseconds that each component may take to be ready. @default 60_000 */
  readyTimeoutMs?: number;
}

/**
 * A running etcd, kube-apiserver and kube-controller-manager on 127.0.0.1, in a folder of their
 * own.
 */
export interface ControlPlane extends AsyncDisposable {
  /** `https://127.0.0.1:<port>`, the same after a restart of the API server. */
  url: string;
  /** The API server's CA in PEM. */
  ca: string;
  /** Path of the file with `ca`. */
  caFile: string;
  /** What the API server calls itself, such as `v1.36.3`. */
  version: string;
  /** The plane's folder, with `logs/kube-apiserver.log` and its like; gone after `stop()`. */
  dir: string;
  /** Process ids of what runs now, by the binary's name. */
  readonly pids: Readonly<Record<string, number>>;
  /** `http://127.0.0.1:<port>` of etcd, without TLS or login. */
  etcdUrl: string;
  /** Path of the admin's kubeconfig. */
  kubeconfig: string;
  /** Path of a user's kubeconfig. @throws Error where there is no such user */
  kubeconfigFor(user: string): string;
  /** A user's bearer token. @throws Error where there is no such user */
  token(user: string): string;
  /**
   * Runs kubectl, as `admin` unless told otherwise; a failure is an `exitCode`, not an exception.
   */
  kubectl(args: string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** One call to the API server, as `admin` unless told otherwise, whatever its answer. */
  request(path: string, options?: ApiRequest): Promise<ApiResponse>;
  /** Takes the API server away and brings it back at the same address, with the same data. */
  apiServer: {
    stop(): Promise<void>;
    /** Resolves when it is ready again. */
    start(): Promise<void>;
  };
  /**
   * Ends everything (SIGTERM, after 5 s SIGKILL) and removes the folder. A second call is the first
   * one.
   */
  stop(): Promise<void>;
}
