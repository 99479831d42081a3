import type { Dispatcher } from "undici";
import type { Access } from "./access.ts";
import type { Credentials } from "./credentials.ts";
import { unlessAborted } from "./limits.ts";
import { unreachable } from "./no-answer.ts";
import type { Pools, Traffic } from "./pools.ts";

/** A request, without what lets it in. */
export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the API server's root on, with its query. */
  path: string;
  body?: string;
  /** Of the body. @default application/json */
  contentType?: string;
  /** Whose connections it takes. @default "calls" */
  traffic?: Traffic;
}

/** The status line, the headers, and a body that is still to come. */
export type ApiAnswer = Dispatcher.ResponseData;

/** What sends requests. */
export interface Exchange {
  /** The request in a message: `GET https://…/api/v1/pods`. */
  what(request: ApiRequest): string;
  /** @throws ClusterError where there is no answer, or the signal's reason */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
}

/** Node's codes for a kept connection that the server gave up as the request was on its way. */
const GIVEN_UP = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/**
 * Requests, each up to its answer's beginning. One logs in once more where it is refused with 401, and asks once more
 * where a connection broke before the answer and asking twice does no harm.
 */
export function createExchange(url: string, credentials: Credentials, pools: Pools): Exchange {
  // Without the query: a token to continue a list is long, and the rest is in the message anyway.
  const what = ({ method, path }: ApiRequest) => `${method} ${url}${path.split("?")[0]}`;
  const sendOnce = async (access: Access, request: ApiRequest, signal: AbortSignal) => {
    const { method, path, body, contentType = "application/json" } = request;
    const { pathname, origin } = new URL(access.server);
    return await pools.of(access, request.traffic ?? "calls").request({
      origin,
      path: `${pathname === "/" ? "" : pathname}${path}`,
      method,
      signal,
      headers: {
        accept: "application/json",
        "user-agent": "gatewright",
        ...access.headers,
        ...(body !== undefined && { "content-type": contentType }),
      },
      ...(body !== undefined && { body }),
    });
  };
  const send = async (access: Access, request: ApiRequest, signal: AbortSignal) => {
    try {
      return await sendOnce(access, request, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const harmless = request.method === "GET" && code !== undefined && GIVEN_UP.has(code);
      if (!harmless || signal.aborted) throw error;
      return await sendOnce(access, request, signal);
    }
  };
  return {
    what,
    async send(request, signal) {
      try {
        const access = await unlessAborted(credentials.current(), signal);
        const answer = await send(access, request, signal);
        if (answer.statusCode !== 401) return answer;
        const renewed = await unlessAborted(credentials.renew(access), signal);
        if (isSame(access, renewed)) return answer;
        await answer.body.dump();
        return await send(renewed, request, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(what(request), error);
      }
    },
  };
}

function isSame(one: Access, other: Access): boolean {
  return one.key === other.key && JSON.stringify(one.headers) === JSON.stringify(other.headers);
}
