import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * Ports on 127.0.0.1 that were free a moment ago: all held open together, noted, closed. Another
 * process can take one before its user does, so who starts something there must be ready to try
 * again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    for (const server of servers) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(
      servers.filter((server) => server.listening).map((server) => once(server.close(), "close")),
    );
  }
}
