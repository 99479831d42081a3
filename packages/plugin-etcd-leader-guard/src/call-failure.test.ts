import { expect } from "chai";
import { describe, it } from "mocha";
import { CallFailure, callFailure } from "./call-failure.ts";

const notConnected = (why: string) =>
  `No connection established. Last error: ${why} (2026-11-22T20:54:15.029Z). Resolution note: `;

// What gRPC and etcd were seen to say; beside it the status code.
const cases: readonly [code: number, details: string, kind: string, message: string][] = [
  [4, "Deadline exceeded after 0.301s,LB pick: 0.002s", "deadline", "no answer within 300 ms"],
  [
    14,
    notConnected("Error: connect ECONNREFUSED 127.0.0.1:1"),
    "unreachable",
    "connection refused",
  ],
  [
    14,
    "Name resolution failed for target dns:nowhere.invalid:2379",
    "unreachable",
    "its name cannot be resolved",
  ],
  [14, "Channel closed before call started", "unreachable", "connection lost"],
  [
    14,
    "No connection established. Last error: null. Resolution note: ",
    "unreachable",
    "no connection",
  ],
  [14, "read ECONNRESET", "unreachable", "connection lost"],
  [14, notConnected("Failed to connect"), "unreachable", "connection lost"],
  [
    14,
    notConnected("TypeError: Setting the TLS ServerName to an IP address is not permitted"),
    "refused",
    "its address is an IP, which Node takes for no server's name: configure tls.serverName",
  ],
  [
    14,
    notConnected("Error: certificate has expired"),
    "certificate",
    "certificate: certificate has expired",
  ],
  [
    14,
    notConnected("Error: Hostname/IP does not match certificate's altnames: Host: a. is not in b"),
    "certificate",
    "certificate: Hostname/IP does not match certificate's altnames",
  ],
  [
    14,
    "40:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:SSL alert number 116",
    "certificate",
    "certificate: refused by the member (certificate required)",
  ],
  [14, "etcdserver: no leader", "refused", "no leader"],
  [14, "etcdserver: request timed out", "refused", "request timed out"],
  [9, "etcdserver: not leader", "refused", "not leader"],
  [7, "etcdserver: permission denied", "denied", "permission denied"],
  [3, "etcdserver: user name is empty", "denied", "permission denied: user name is empty"],
  [12, "Received HTTP status code 404", "refused", "Received HTTP status code 404"],
  [2, `a ${"very ".repeat(50)}long one`, "refused", `a ${"very ".repeat(31)}ve…`],
];

describe("callFailure(error, timeoutMs)", () => {
  for (const [code, details, kind, words] of cases) {
    it(`tells ${JSON.stringify(details.slice(0, 60))} in plain words`, () => {
      const failure = callFailure({ code, details, message: `${code} WORDS: ${details}` }, 300);
      expect(failure).to.be.instanceOf(CallFailure);
      expect(failure).to.include({ kind, message: words });
    });
  }

  it("makes do with a message", () => {
    expect(callFailure(new Error("two\n lines"), 1)).to.include({
      kind: "refused",
      message: "two lines",
    });
  });
});
