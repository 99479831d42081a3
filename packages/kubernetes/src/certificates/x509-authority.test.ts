import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import type { KeyedCa } from "./authority.ts";
import { x509Authority } from "./x509-authority.ts";

const lifetime = { notBefore: Date.now() - 3_600_000, notAfter: Date.now() + 86_400_000 };

async function newCa(): Promise<KeyedCa> {
  const { cert, key } = await x509Authority.issueCa(lifetime);
  const [ca] = x509Authority.readCas(cert).cas;
  if (ca === undefined) throw new Error("it cannot be read");
  return { ca, key };
}

describe("x509Authority", () => {
  let one: KeyedCa;
  let two: KeyedCa;
  before(async () => {
    [one, two] = [await newCa(), await newCa()];
  });

  it("issues a leaf for servers, ECDSA P-256, that its CA alone verifies", async () => {
    const name = `${"service-".repeat(8)}.shop.svc`;
    const request = { ...lifetime, hosts: [name, "10.0.0.1"] };
    const { cert, key } = await x509Authority.issueLeaf(one, request);
    const leaf = x509Authority.readLeaf(cert, key);
    expect(leaf.hosts).to.deep.equal([name, "10.0.0.1"]);
    expect(Math.floor(lifetime.notAfter / 1000) * 1000).to.equal(leaf.notAfter);
    expect(x509Authority.verifies(one.ca, cert)).to.equal(true);
    expect(x509Authority.verifies(two.ca, cert)).to.equal(false);
    const { publicKey, ca, keyUsage } = new X509Certificate(cert);
    expect(publicKey.asymmetricKeyDetails).to.include({ namedCurve: "prime256v1" });
    expect(ca).to.equal(false);
    expect(keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.1"]);
    expect(x509Authority.readSpent(cert + one.ca.pem)).to.have.length(2);
  });

  it("tells a CA's key from another, and from what is none", () => {
    expect(x509Authority.fits(one.ca, one.key)).to.equal(true);
    expect(x509Authority.fits(one.ca, two.key)).to.equal(false);
    expect(x509Authority.fits(one.ca, "none")).to.equal(false);
  });

  it("reads what can be read of a damaged bundle, and says that it is", async () => {
    const whole = one.ca.pem + two.ca.pem;
    expect(x509Authority.readCas(whole)).to.deep.equal({ cas: [one.ca, two.ca], damaged: false });
    const { cert } = await x509Authority.issueLeaf(one, { ...lifetime, hosts: ["a"] });
    for (const damaged of [
      whole.replace(/[A-Za-z0-9]{8}\n/, "\n"),
      `${one.ca.pem}-----BEGIN CERTIFICATE-----\n`,
      one.ca.pem + cert,
      `garbage ${one.ca.pem}`,
    ]) {
      const read = x509Authority.readCas(damaged);
      expect(read.damaged).to.equal(true);
      expect(read.cas).to.have.length(1);
    }
    expect(x509Authority.readCas("")).to.deep.equal({ cas: [], damaged: true });
  });

  it("names what is wrong with a pair, and shows none of it", async () => {
    const { cert, key } = await x509Authority.issueLeaf(one, { ...lifetime, hosts: ["a"] });
    const damagedKey = key.replace(/[A-Za-z0-9]{12}/, "");
    for (const [pem, secret, says] of [
      ["", key, "tls.crt holds no PEM certificate"],
      [cert, "", "tls.key holds no PEM private key"],
      [cert, one.key, "tls.key is not the key of the certificate in tls.crt"],
      [cert, damagedKey, "tls.key holds a damaged private key"],
    ] as const) {
      const read = () => x509Authority.readLeaf(pem, secret);
      expect(read).to.throw(says).with.property("message").that.does.not.contain("BEGIN");
    }
  });
});
