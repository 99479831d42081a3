import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { text as readText } from "node:stream/consumers";
import type { EtcdTls } from "./etcd-tls.ts";

/** etcd said no; where nothing answered, the error is one of `node:http`. */
export class EtcdCallError extends Error {
  override readonly name = "EtcdCallError";
  /** gRPC's, such as 7 for permission denied, 14 for unavailable. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface EtcdGateway {
  /**
   * One call by etcd's JSON gateway. Integers of 64 bits are decimal strings, both ways; keys and
   * values base64.
   *
   * @param endpoint `https://127.0.0.1:2379`
   * @param path such as `/v3/kv/put`
   * @throws {EtcdCallError} where etcd said no
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- as many shapes as there are paths
  call(endpoint: string, path: string, body?: object, timeoutMs?: number): Promise<any>;
  /** From now on calls carry a token of this user, whom etcd is asked for it. */
  useLogin(name: string, password: string): void;
}

/** Behind the gateway a client certificate's common name is nobody: users log in. */
export function createEtcdGateway(tls: EtcdTls | undefined): EtcdGateway {
  let login: { name: string; password: string } | undefined;
  let token: string | undefined;

  const post = async (
    endpoint: string,
    path: string,
    body: object,
    timeoutMs: number,
    authorization?: string,
  ) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const options = {
      method: "POST",
      // A kept connection to a member that a test has killed would fail the next call.
      agent: false as const,
      headers: {
        "content-type": "application/json",
        "content-length": bytes.length,
        ...(authorization !== undefined && { authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    };
    const url = `${endpoint}${path}`;
    const outgoing = tls
      ? httpsRequest(url, { ...options, ...(await credentials(tls)) })
      : httpRequest(url, options);
    outgoing.end(bytes);
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    // What breaks from here on, the response says.
    outgoing.on("error", () => {});
    return readAnswer(response, `${endpoint}${path}`);
  };

  return {
    async call(endpoint, path, body = {}, timeoutMs = 2_000) {
      const fresh = async () => {
        const answer = await post(endpoint, "/v3/auth/authenticate", login ?? {}, timeoutMs);
        token = answer.token as string;
      };
      if (!login) return post(endpoint, path, body, timeoutMs);
      if (token === undefined) await fresh();
      try {
        return await post(endpoint, path, body, timeoutMs, token);
      } catch (error) {
        if (!(error instanceof EtcdCallError && isAboutToken(error.message))) throw error;
        // Users or roles have changed since, and it was not done: etcd looks at the token first.
        await fresh();
        return post(endpoint, path, body, timeoutMs, token);
      }
    },
    useLogin(name, password) {
      login = { name, password };
      token = undefined;
    },
  };
}

/** A test may have given the members a certificate that nobody is to trust. */
async function credentials({ operator }: EtcdTls) {
  const [cert, key] = await Promise.all([readFile(operator.certFile), readFile(operator.keyFile)]);
  return { cert, key, rejectUnauthorized: false };
}

// oxlint-disable-next-line typescript/no-explicit-any -- as many shapes as there are paths
async function readAnswer(response: IncomingMessage, what: string): Promise<any> {
  const text = await readText(response);
  if (response.statusCode === 200) return JSON.parse(text);
  if (!response.headers["content-type"]?.includes("json")) {
    throw new EtcdCallError(2, `${what}: ${response.statusCode} ${text.trim()}`);
  }
  const { code = 2, message = text } = JSON.parse(text) as { code?: number; message?: string };
  throw new EtcdCallError(code, `${what}: ${message}`);
}

/** `ErrInvalidAuthToken` and `ErrAuthOldRevision` of etcd's rpctypes. */
function isAboutToken(message: string): boolean {
  return /invalid auth token|revision of auth store is old/.test(message);
}
