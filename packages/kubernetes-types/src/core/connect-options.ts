/**
 * The objects of CONNECT requests. The API server decodes them from the query string, so that no
 * OpenAPI schema describes them.
 *
 * Source: `k8s.io/api/core/v1/types.go`, v0.36.3. A list without `omitempty` is null when empty.
 */

/** `kubectl exec`: the object of CONNECT `pods/exec`. */
export interface PodExecOptions {
  apiVersion: "v1";
  kind: "PodExecOptions";
  /**
   * The command and its arguments, not run in a shell; null where the request names none.
   * It is the first command alone: what is typed into an open terminal is seen by no admission.
   */
  command: string[] | null;
  /** Absent where the pod has only one container, or a default one, and the request names none. */
  container?: string;
  /** @default false */
  stdin?: boolean;
  /** @default false */
  stdout?: boolean;
  /** @default false */
  stderr?: boolean;
  /** @default false */
  tty?: boolean;
}

/** `kubectl attach`: the object of CONNECT `pods/attach`. */
export interface PodAttachOptions {
  apiVersion: "v1";
  kind: "PodAttachOptions";
  /** Absent where the pod has only one container, or a default one, and the request names none. */
  container?: string;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  tty?: boolean;
}

/** `kubectl port-forward`: the object of CONNECT `pods/portforward`. */
export interface PodPortForwardOptions {
  apiVersion: "v1";
  kind: "PodPortForwardOptions";
  /** Absent where the client names a port for each stream, as kubectl does. */
  ports?: number[];
}

/** The object of CONNECT `pods/proxy`. */
export interface PodProxyOptions {
  apiVersion: "v1";
  kind: "PodProxyOptions";
  /** The path below the pod: `/metrics`. */
  path?: string;
}

/** The object of CONNECT `services/proxy`. */
export interface ServiceProxyOptions {
  apiVersion: "v1";
  kind: "ServiceProxyOptions";
  /** The path below the service: `/_search?q=user`. */
  path?: string;
}

/** The object of CONNECT `nodes/proxy`. */
export interface NodeProxyOptions {
  apiVersion: "v1";
  kind: "NodeProxyOptions";
  /** The path below the kubelet: `/metrics`. */
  path?: string;
}
