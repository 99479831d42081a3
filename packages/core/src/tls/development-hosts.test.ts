import { isIP } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { canonicalHost, canonicalHosts } from "./development-hosts.ts";
import { errorOf } from "./test-authority.test.ts";

describe("canonicalHosts(hosts)", () => {
  it("writes each host in one form", () => {
    const hosts = [
      "LocalHost",
      "0:0:0:0:0:0:0:1",
      "FE80::A",
      "10.0.0.1",
      "*.Example.com",
      "my_box",
    ];
    const expected = ["localhost", "::1", "fe80::a", "10.0.0.1", "*.example.com", "my_box"];
    expect(canonicalHosts(hosts)).to.deep.equal(expected);
  });

  it("refuses what is neither name nor address", async () => {
    const bad = ["", " ", "a b", "https://a", "a:8443", "[::1]", "fe80::1%eth0", "300.1.1.1", "-a"];
    for (const host of [
      ...bad,
      "a..b",
      "a.",
      ".a",
      "*",
      "a.*",
      "ä.example",
      "a\n",
      "x".repeat(64),
    ]) {
      const error = await errorOf(() => canonicalHosts(["localhost", host]));
      expect(error, host).to.include({ code: "GW_CONFIG_INVALID" });
      expect(error.message).to.include(JSON.stringify(host));
    }
    expect((await errorOf(() => canonicalHosts([]))).message).to.include("hosts is empty");
  });

  it("takes every address and name, and changes none twice", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), (host) => {
        fc.pre(isIP(host) > 0 || !/\.[0-9]+$/.test(host));
        const [once] = canonicalHosts([host]);
        expect(canonicalHost(once as string)).to.equal(once);
        expect(isIP(once as string)).to.equal(isIP(host));
      }),
    );
  });
});
