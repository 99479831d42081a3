import { Agent, request } from "node:https";
import { once } from "node:events";

/**
 * Asks a container as a kubelet does: by HTTPS, without verifying the certificate, and over a connection of its own each time.
 *
 * @returns whether it answered 200 to 399 in time
 */
export async function probe(port: number, path: string, timeoutMs: number): Promise<boolean> {
  const agent = new Agent({ keepAlive: false, rejectUnauthorized: false });
  try {
    const asking = request({
      ...{ host: "127.0.0.1", port, path, agent },
      signal: AbortSignal.timeout(timeoutMs),
    });
    asking.end();
    const [response] = await once(asking, "response");
    response.resume();
    return response.statusCode >= 200 && response.statusCode < 400;
  } catch {
    return false;
  } finally {
    agent.destroy();
  }
}
