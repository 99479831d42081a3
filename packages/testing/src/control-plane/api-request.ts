import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { text as readText } from "node:stream/consumers";

export interface ApiRequest {
  /** @default "GET", or "POST" where there is a body */
  method?: string;
  /** A string or bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  /** Whose token is sent. @default "admin" */
  user?: string;
  /** Content type of the body. @default application/json, for PATCH application/merge-patch+json */
  contentType?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ApiResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /**
   * The body parsed where it is JSON, else undefined. Integers beyond 2^53 are rounded; `text` has
   * them.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  body: any;
  text: string;
}

export interface ApiClient {
  /** One call to the API server, whatever it answers. @throws where there was no answer */
  request(path: string, options?: ApiRequest): Promise<ApiResponse>;
  /** Closes the kept-alive connections; the next request opens new ones. */
  close(): void;
}

/** A plain client of one API server over kept-alive connections. */
export function createApiClient(
  url: string,
  ca: string,
  token: (user: string) => string,
): ApiClient {
  let agent: Agent | undefined;

  return {
    async request(path, options = {}) {
      const { body, user = "admin", signal } = options;
      const method = options.method ?? (body === undefined ? "GET" : "POST");
      const headers: Record<string, string> = {
        accept: "application/json",
        authorization: `Bearer ${token(user)}`,
      };
      const bytes = bytesOf(body);
      if (bytes) {
        headers["content-type"] = options.contentType ?? defaultContentType(method);
        headers["content-length"] = String(bytes.length);
      }
      for (const [name, value] of Object.entries(options.headers ?? {})) {
        headers[name.toLowerCase()] = value;
      }
      // Idle connections are given up before the API server does so (after 90 s), or a request on
      // its way would meet the reset.
      agent ??= new Agent({ keepAlive: true, timeout: 60_000, ca });
      const target = new URL(path, url);
      const outgoing = httpsRequest(target, { method, headers, agent, ...(signal && { signal }) });
      const closed = new Promise((resolve) => outgoing.once("close", resolve));
      outgoing.end(bytes);
      const [response] = (await once(outgoing, "response")) as [IncomingMessage];
      // What breaks from here on, the response says.
      outgoing.on("error", () => {});
      const text = await readText(response);
      // Only now is the connection free for the next request.
      await closed;
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response.headers["content-type"]?.includes("json") ? JSON.parse(text) : undefined,
        text,
      };
    },
    close() {
      agent?.destroy();
      agent = undefined;
    },
  };
}

function defaultContentType(method: string): string {
  return method === "PATCH" ? "application/merge-patch+json" : "application/json";
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
