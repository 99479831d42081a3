import { connect } from "node:tls";
import type { ServedCertificate } from "./snapshot.ts";

const TIMEOUT_MS = 2000;

/**
 * The certificates that a server shows to whoever asks for `host`. Undefined where it cannot be reached from here,
 * which says nothing of whether the API server can.
 */
export function callEndpoint(
  address: string,
  port: number,
  host: string,
): Promise<ServedCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      servername: /^[\d.]+$|:/.test(host) ? "" : host,
      // It is looked at, not trusted.
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      ALPNProtocols: ["http/1.1"],
    });
    const end = (result: ServedCertificate | undefined): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once("secureConnect", () => {
      const shown: string[] = [];
      let next = socket.getPeerX509Certificate();
      while (next !== undefined && shown.length < 8) {
        const pem = next.toString();
        if (shown.includes(pem)) break;
        shown.push(pem);
        next = next.issuerCertificate;
      }
      end(shown.length === 0 ? undefined : { chain: shown.join("") });
    });
    socket.once("timeout", () => end(undefined));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") return end({ refused: true });
      // It answers, in another language.
      const isReached = /^(?:ERR_SSL|EPROTO)/.test(error.code ?? "");
      end(isReached ? { error: error.code ?? "no TLS" } : undefined);
    });
  });
}
