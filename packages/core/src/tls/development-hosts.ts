import { isIP, isIPv6 } from "node:net";
import { GatewrightError } from "../errors.ts";

/**
 * Checks what a server is to be called by, and writes each in the one form that can be compared.
 *
 * @throws GatewrightError `GW_CONFIG_INVALID` for what is neither a DNS name nor an IP address.
 */
export function canonicalHosts(hosts: readonly string[]): string[] {
  if (hosts.length === 0) throw invalid("hosts is empty: name one host at least");
  return hosts.map((host) => {
    // A zone (`fe80::1%eth0`) has a meaning on one machine only, and no place in a certificate.
    if ((isIP(host) && !host.includes("%")) || isDnsName(host)) return canonicalHost(host);
    throw invalid(`${JSON.stringify(host)} is neither a DNS name nor an IP address`);
  });
}

/** `::1` for `0:0:0:0:0:0:0:1`, `localhost` for `LocalHost`. */
export function canonicalHost(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host.toLowerCase();
}

/** RFC 1123, with a wildcard as its first label, and underscores, which container names have. */
function isDnsName(host: string): boolean {
  const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
  const isName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`, "i").test(host);
  // Four numbers that are no address are a slip, not a name: no top-level domain is a number.
  return isName && host.length <= 253 && !/(^|\.)[0-9]+$/.test(host);
}

function invalid(message: string): GatewrightError {
  return new GatewrightError("GW_CONFIG_INVALID", message);
}
