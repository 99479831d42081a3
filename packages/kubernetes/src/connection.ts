import {
  type CallOptions,
  type ClusterConnection,
  ClusterError,
  type DeletionOptions,
  type KubernetesObject,
  type WriteOptions,
} from "@gatewright/core";
import { atWrongPath, isMissingObject } from "./api-error.ts";
import { call } from "./call.ts";
import type { ApiRequest, Exchange } from "./exchange.ts";
import { within } from "./limits.ts";
import { listAll } from "./list.ts";
import type { Pools } from "./pools.ts";
import { creationPath, objectPath, resourcePath } from "./resource-path.ts";
import { watch } from "./watch.ts";

/** What a connection is made of. */
export interface ConnectionParts {
  url: string;
  namespace: string;
  exchange: Exchange;
  pools: Pools;
  /** Of a call that says nothing else, in milliseconds. */
  timeoutMs: number;
  /** Of a watch, in milliseconds. */
  silenceMs: number;
}

/** The port's operations, as requests. */
export function createConnection(parts: ConnectionParts): ClusterConnection {
  const { url, namespace, exchange, pools, silenceMs } = parts;
  const closed = new AbortController();
  const closing = closed.signal;
  let ending: Promise<void> | undefined;

  const limitsOf = ({ signal, timeoutMs = parts.timeoutMs }: CallOptions) => ({
    signal,
    timeoutMs,
    closing,
  });
  const send = (request: ApiRequest, options: CallOptions): Promise<unknown> =>
    within(exchange.what(request), limitsOf(options), (running) =>
      call(exchange, request, running),
    );
  /** A call that names one object. */
  const sendTo = async (
    resource: string,
    namespace: string | undefined,
    request: ApiRequest,
    options: CallOptions,
  ): Promise<unknown> => {
    try {
      return await send(request, options);
    } catch (error) {
      throw atWrongPath(error, resource, namespace || undefined);
    }
  };
  const write = async (
    method: "POST" | "PUT" | "PATCH",
    resource: string,
    object: KubernetesObject,
    { fieldManager, ...options }: WriteOptions,
  ) => {
    const path = (method === "POST" ? creationPath : objectPath)(resource, object);
    const query = new URLSearchParams({ fieldManager });
    const apply = method === "PATCH";
    if (apply) query.set("force", "true");
    const request: ApiRequest = {
      method,
      path: `${path}?${query.toString()}`,
      body: JSON.stringify(object),
      // JSON is YAML.
      ...(apply && { contentType: "application/apply-patch+yaml" }),
    };
    const { namespace } = object.metadata ?? {};
    return (await sendTo(resource, namespace, request, options)) as KubernetesObject;
  };

  return {
    url,
    namespace,
    async username(options = {}) {
      // Any user may ask it, by the ClusterRole system:basic-user.
      const body = JSON.stringify({
        apiVersion: "authentication.k8s.io/v1",
        kind: "SelfSubjectReview",
      });
      const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
      const request: ApiRequest = { method: "POST", path, body };
      const { status } = (await send(request, options)) as SelfSubjectReview;
      const username = status?.userInfo?.username;
      if (username) return username;
      // Who takes an empty name for its own lets pass whom it should not.
      throw new ClusterError(`${exchange.what(request)}: the answer has no username`, {
        status: 200,
        reason: "InternalError",
      });
    },
    async get(resource, name, { namespace, ...options } = {}) {
      const path = resourcePath(resource, { namespace, name });
      try {
        const found = await sendTo(resource, namespace, { method: "GET", path }, options);
        return found as KubernetesObject;
      } catch (error) {
        if (isMissingObject(error, name)) return undefined;
        throw error;
      }
    },
    async list(resource, options = {}) {
      const path = resourcePath(resource, { namespace: options.namespace });
      const what = exchange.what({ method: "GET", path });
      return within(what, limitsOf(options), (running) =>
        listAll(
          (of) => call(exchange, { method: "GET", path: of, traffic: "lists" }, running),
          resource,
          options,
        ),
      );
    },
    watch: (resource, options) =>
      watch(exchange, resource, options, { closing, timeoutMs: parts.timeoutMs, silenceMs }),
    async create(resource, object, options) {
      return write("POST", resource, object, options);
    },
    async update(resource, object, options) {
      return write("PUT", resource, object, options);
    },
    async apply(resource, object, options) {
      return write("PATCH", resource, object, options);
    },
    async delete(resource, name, { namespace, signal, timeoutMs, ...conditions } = {}) {
      const path = resourcePath(resource, { namespace, name });
      const body = JSON.stringify(deleteOptions(conditions));
      const request: ApiRequest = { method: "DELETE", path, body };
      await sendTo(resource, namespace, request, { signal, timeoutMs });
    },
    close() {
      closed.abort();
      ending ??= pools.destroy();
      return ending;
    },
  };
}

interface SelfSubjectReview {
  status?: { userInfo?: { username?: string } };
}

function deleteOptions({ uid, resourceVersion, propagationPolicy }: DeletionOptions): object {
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
    ...(propagationPolicy && { propagationPolicy }),
  };
}
