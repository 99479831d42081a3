import { createPrivateKey, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import {
  type CertificatePem,
  parseSubjectAltNames,
  validity,
  verifyCertificate,
} from "./certificate.ts";
import { type Authority, createAuthority, daysFromNow, errorOf } from "./test-authority.test.ts";

const names = { cert: "a/tls.crt", key: "a/tls.key", clientCa: "a/ca.crt" };

describe("verifyCertificate(pem, names)", () => {
  let authority: Authority;
  let pair: CertificatePem;
  let other: CertificatePem;

  before(async () => {
    authority = await createAuthority();
    [pair, other] = await Promise.all([authority.issue(), authority.issue()]);
  });

  async function refusal(pem: CertificatePem): Promise<string> {
    const error = await errorOf(() => verifyCertificate(pem, names));
    expect(error.code).to.equal("GW_CERTIFICATE");
    return error.message;
  }

  it("tells dates, fingerprint and names of the leaf", () => {
    const chain = `${pair.cert}${authority.cert}`;
    const found = verifyCertificate({ ...pair, cert: chain, clientCa: authority.cert });
    expect(found.subjectAltNames).to.deep.equal(["localhost", "127.0.0.1"]);
    expect(found.fingerprint256).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(found.notAfter.getTime()).to.be.closeTo(daysFromNow(90).getTime(), 60_000);
    expect(found.notBefore.getTime()).to.be.closeTo(daysFromNow(-1).getTime(), 60_000);
    expect(found).to.include({ cert: chain, key: pair.key, clientCa: authority.cert });
  });

  it("reads EC keys as PKCS#8 and SEC1, with the parameters that openssl writes before them", () => {
    const sec1 = createPrivateKey(pair.key).export({ type: "sec1", format: "pem" }) as string;
    const parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    for (const key of [pair.key, sec1, parameters + sec1]) {
      expect(() => verifyCertificate({ cert: pair.cert, key })).not.to.throw();
    }
  });

  it("reads RSA keys as PKCS#8 and PKCS#1, and refuses those too short for TLS", async () => {
    const rsa = await selfSignedRsa(2048);
    const pkcs1 = createPrivateKey(rsa.key).export({ type: "pkcs1", format: "pem" }) as string;
    expect(() => verifyCertificate(rsa)).not.to.throw();
    expect(() => verifyCertificate({ ...rsa, key: pkcs1 })).not.to.throw();
    expect(await refusal(await selfSignedRsa(512))).to.match(
      /a\/tls\.crt cannot be served with: .*too small/,
    );
  });

  it("names the file and what is wrong with it", async () => {
    const encrypted = createPrivateKey(pair.key).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "secret",
    }) as string;
    const damaged = pair.cert.replace(/\n.{10}/, "\nAAAAAAAAAA");
    const cases: [CertificatePem, RegExp][] = [
      [{ ...pair, cert: "" }, /^a\/tls\.crt holds no PEM certificate$/],
      [{ ...pair, cert: pair.key }, /^a\/tls\.crt holds no PEM certificate$/],
      [{ ...pair, cert: pair.cert.slice(0, 200) }, /^a\/tls\.crt ends in the middle/],
      [{ ...pair, cert: damaged }, /^a\/tls\.crt holds a damaged certificate: /],
      [{ ...pair, cert: pair.cert + damaged }, /^a\/tls\.crt holds a damaged certificate 2 of 2: /],
      [{ ...pair, key: "" }, /^a\/tls\.key holds no PEM private key$/],
      [{ ...pair, key: pair.cert }, /^a\/tls\.key holds no PEM private key$/],
      [{ ...pair, key: pair.key.slice(0, 100) }, /^a\/tls\.key holds a damaged private key: /],
      [{ ...pair, key: encrypted }, /^a\/tls\.key is encrypted/],
      [
        { ...pair, key: other.key },
        /^a\/tls\.key is not the key of the certificate in a\/tls\.crt$/,
      ],
      [
        { ...pair, cert: authority.cert + pair.cert },
        /^a\/tls\.crt must hold .* of a\/tls\.key first/,
      ],
      [{ ...pair, clientCa: "" }, /^a\/ca\.crt holds no PEM certificate$/],
      [{ ...pair, clientCa: authority.cert.slice(0, 99) }, /^a\/ca\.crt ends in the middle/],
    ];
    for (const [pem, message] of cases) expect(await refusal(pem)).to.match(message);
  });

  it("refuses whatever a writer has only half written, and never shows a key", () => {
    const part = fc.constantFrom("cert" as const, "key" as const, "clientCa" as const);
    const whole = { ...pair, clientCa: authority.cert };
    const secret = pair.key.split("\n")[1] as string;
    fc.assert(
      fc.property(part, fc.double({ min: 0, max: 1, noNaN: true }), (name, share) => {
        const text = whole[name].trimEnd();
        const cut = text.slice(0, Math.floor(share * (text.length - 1)));
        try {
          verifyCertificate({ ...whole, [name]: cut }, names);
        } catch (error) {
          expect(error).to.include({ code: "GW_CERTIFICATE" });
          expect((error as Error).message)
            .to.include(names[name])
            .and.not.include(secret);
          return;
        }
        throw new Error(`${name}, cut to ${cut.length} of ${text.length}, was accepted`);
      }),
    );
  });
});

describe("validity(certificate, at)", () => {
  it("counts both ends as valid", () => {
    const dates = { notBefore: new Date(1000), notAfter: new Date(2000) };
    expect(validity(dates, new Date(999))).to.equal("not yet valid");
    expect(validity(dates, new Date(1000))).to.equal("valid");
    expect(validity(dates, new Date(2000))).to.equal("valid");
    expect(validity(dates, new Date(2001))).to.equal("expired");
  });
});

describe("parseSubjectAltNames(text)", () => {
  it("gives each value once, also where one looks like two", () => {
    const text =
      'DNS:a.example, IP Address:0:0:0:0:0:0:0:1, DNS:"b, DNS:c \\"d\\"", URI:spiffe://x/y';
    const values = ["a.example", "0:0:0:0:0:0:0:1", 'b, DNS:c "d"', "spiffe://x/y"];
    expect(parseSubjectAltNames(text)).to.deep.equal(values);
    expect(parseSubjectAltNames(undefined)).to.deep.equal([]);
  });

  it("reads what Node.js writes for any names", async () => {
    const authority = await createAuthority();
    const value = fc
      .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'ab.,:" \\/DNS='.split("")) })
      // An address such as "::" is written in another way.
      .filter((name) => name.trim() === name && isIP(name) === 0);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 3 }), async (hosts) => {
        const found = verifyCertificate(await authority.issue({ hosts }));
        expect(found.subjectAltNames).to.deep.equal(hosts);
      }),
      { numRuns: 50 },
    );
  });
});

async function selfSignedRsa(modulusLength: number): Promise<CertificatePem> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength,
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=rsa",
    keys,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, type: "pkcs8", format: "der" });
  return {
    cert: certificate.toString("pem"),
    key: key.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
