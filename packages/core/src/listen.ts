import type { AddressInfo, Server } from "node:net";
import { GatewrightError } from "./errors.ts";

/**
 * Listens, and gives the port that was taken.
 *
 * @throws GatewrightError `GW_LISTEN` that says what to do, where the address cannot be had.
 */
export function listen(
  server: Server,
  { port, host }: { port: number; host?: string | undefined },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const message = `cannot listen on ${host ?? "port"}${host ? ":" : " "}${port}: ${reasonOf(error)}`;
      reject(new GatewrightError("GW_LISTEN", message, { cause: error }));
    };
    server.once("error", refuse);
    try {
      server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        server.off("error", refuse);
        resolve((server.address() as AddressInfo).port);
      });
    } catch (error) {
      // A port that is none.
      refuse(error as NodeJS.ErrnoException);
    }
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return "something else listens there already; choose another port";
    case "EACCES":
      return "this user may not; choose a port above 1023";
    case "ERR_SOCKET_BAD_PORT":
      return "a port is a whole number from 0 to 65535";
    case "ENOTFOUND":
    case "EADDRNOTAVAIL":
      return "this machine does not have that address";
    default:
      return message;
  }
}
