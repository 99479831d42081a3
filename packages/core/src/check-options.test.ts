import { expect } from "chai";
import { describe, it } from "mocha";
import { checkOptions } from "./check-options.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { silentLogger } from "./log.ts";

function mistakes(options: object): string[] {
  try {
    checkOptions({ webhooks: {}, ...options });
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("checkOptions(options)", () => {
  it("lets every documented option through", () => {
    const options = {
      port: 0,
      host: "::",
      tls: { certFile: "a", keyFile: "b", clientCaFile: "c", clientAuth: "request" },
      metrics: { port: 9090, host: "127.0.0.1" },
      log: "silent",
      maxRequestBytes: 1,
      maxBytesInFlight: 1,
      shutdown: { gracePeriodSeconds: 0, drainSeconds: 0.5 },
      cluster: () => ({}),
      leaderElection: { namespace: "gatewright-system", identity: "gatewright-0" },
      aroundReview: (_review: unknown, next: () => unknown) => next(),
    };
    expect(mistakes(options)).to.deep.equal([]);
    expect(mistakes({ tls: { developmentFolder: "x", hosts: [] } })).to.deep.equal([]);
  });

  it("names every misspelt key, and what was meant", () => {
    const [port, grace, hosts, ...rest] = mistakes({
      prot: 1,
      shutdown: { gracePeriodSecond: 0 },
      tls: { hostz: [] },
    }).toSorted((a, b) => b.localeCompare(a));
    expect(rest).to.deep.equal([]);
    expect([port, grace, hosts].join("\n"))
      .to.include('/prot: unknown key "prot" (did you mean "port"?)')
      .and.include('"gracePeriodSecond" (did you mean "gracePeriodSeconds"?)')
      .and.include('/tls/hostz: unknown key "hostz" (did you mean "hosts"?)');
  });

  it("refuses a Lease that cannot be", () => {
    expect(
      mistakes({ leaderElection: { namespace: "A", identity: "", identty: "x" } }),
    ).to.deep.equal([
      '/leaderElection/identty: unknown key "identty" (did you mean "identity"?); known are namespace, identity [GW_CONFIG_INVALID]',
      "/leaderElection/namespace: must be the name of a namespace [GW_CONFIG_INVALID]",
      "/leaderElection/identity: must be a text, and no other server's [GW_CONFIG_INVALID]",
    ]);
  });

  it("refuses numbers that cannot be used", () => {
    const found = mistakes({
      port: 70_000,
      metrics: { port: 1.5 },
      maxRequestBytes: 0,
      maxBytesInFlight: -1,
      shutdown: { gracePeriodSeconds: -1, drainSeconds: Number.NaN },
    });
    expect(found.map((line) => line.split(":", 1)[0])).to.deep.equal([
      "/port",
      "/metrics/port",
      "/shutdown/gracePeriodSeconds",
      "/shutdown/drainSeconds",
      "/maxRequestBytes",
      "/maxBytesInFlight",
    ]);
  });

  it("refuses a log that is none, and a wrapping that is no function", () => {
    const levels = "must be a logger, or one of debug, info, warn, error, silent";
    expect(mistakes({ log: "inf" })).to.deep.equal([
      `/log: ${levels} (did you mean "info"?) [GW_CONFIG_INVALID]`,
    ]);
    for (const log of ["trace", null, 5, {}, console]) {
      expect(mistakes({ log })).to.deep.equal([`/log: ${levels} [GW_CONFIG_INVALID]`]);
    }
    expect(mistakes({ log: silentLogger })).to.deep.equal([]);
    expect(mistakes({ aroundReview: true })).to.deep.equal([
      "/aroundReview: must be a function [GW_CONFIG_INVALID]",
    ]);
  });

  it("refuses a cluster that is neither a connection nor what makes one", () => {
    const message = "must be a connection, or what makes one: () => connectCluster()";
    for (const cluster of [null, true, {}, { inCluster: true }]) {
      expect(mistakes({ cluster })).to.deep.equal([`/cluster: ${message} [GW_CONFIG_INVALID]`]);
    }
    expect(mistakes({ cluster: Promise.resolve() })[0]).to.include("not a promise of one");
    expect(mistakes({ cluster: { list() {}, watch() {} } })).to.deep.equal([]);
  });

  it("wants a certificate with its key", () => {
    expect(mistakes({ tls: { certFile: "tls.crt" } })).to.deep.equal([
      '/tls: "keyFile" is missing: a certificate and its key come together [GW_CONFIG_INVALID]',
    ]);
    expect(mistakes({ tls: { keyFile: "tls.key" } })[0]).to.include('"certFile" is missing');
  });

  it("refuses a client check that would not be made", () => {
    for (const tls of [
      { clientCaFile: "ca.crt" },
      { developmentFolder: "x", clientCaFile: "ca.crt", clientAuth: "require" },
      { allowedClients: ["kube-apiserver"] },
    ]) {
      expect(mistakes({ tls })[0]).to.include("needs certFile and keyFile");
    }
    const files = { certFile: "tls.crt", keyFile: "tls.key" };
    expect(mistakes({ tls: { ...files, hosts: ["a"] } })[0]).to.include("/tls/hosts");
    expect(mistakes({ tls: { ...files, clientAuth: "require" } })[0]).to.include('"clientCaFile"');
    expect(mistakes({ tls: { ...files, allowedClients: ["a"] } })[0]).to.include('"clientCaFile"');
    const checked = { ...files, clientCaFile: "ca.crt" };
    expect(mistakes({ tls: { ...checked, clientAuth: "required" } })[0]).to.include("must be");
    expect(mistakes({ tls: { ...checked, allowedClients: "alice" } })[0]).to.include("a list");
    expect(mistakes({ tls: null })[0]).to.include("/tls: must be an object");
  });
});
