import { createFakeCluster } from "@gatewright/testing";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { as, expectVerified, fingerprints, keeping, SECRETS } from "./test-keeping.test.ts";
import { x509Authority } from "./x509-authority.ts";

const text = (value: string): string => Buffer.from(value).toString("base64");

/** A pair as a person would make it. */
async function pairOfSomebody() {
  const lifetime = { notBefore: Date.now() - 1_000, notAfter: Date.now() + 86_400_000 };
  const made = await x509Authority.issueCa(lifetime);
  const [ca] = x509Authority.readCas(made.cert).cas;
  if (ca === undefined) throw new Error("no CA");
  const hosts = ["hook.default.svc"];
  const leaf = await x509Authority.issueLeaf({ ca, key: made.key }, { ...lifetime, hosts });
  return { ca: made.cert, ...leaf };
}

describe("selfManagedCertificate(options): CertificateOpener", () => {
  it("makes a CA and a certificate for the Service, once for all servers", async () => {
    const at = keeping(createFakeCluster());
    const opened = await Promise.all([at.open(), at.open(), at.open()]);
    const [first] = opened;
    for (const source of opened) {
      expect(source.current().cert).to.equal(first?.current().cert);
      expectVerified(source);
      expect(source.unready?.()).to.equal(undefined);
    }
    expect(first?.current().subjectAltNames).to.deep.equal([
      "hook.default.svc",
      "hook.default",
      "hook.default.svc.cluster.local",
    ]);
    const found = await at.secret();
    expect(found?.type).to.equal("kubernetes.io/tls");
    expect(found?.metadata?.labels).to.deep.equal({ "app.kubernetes.io/managed-by": "gatewright" });
    const keys = Object.keys(found?.data ?? {});
    expect(keys.sort()).to.deep.equal(["ca.crt", "ca.key", "tls.crt", "tls.key"]);
    for (const source of opened) await source.close();
    expect(at.lines.join("\n"))
      .to.contain("it is not there: making it, with a CA")
      .and.not.to.contain("gone")
      .and.not.to.contain("PRIVATE");
  });

  it("refuses the Secret of somebody else with words, and leaves it as it is", async () => {
    const cluster = createFakeCluster();
    const at = keeping(cluster);
    const { cert, key, ca } = await pairOfSomebody();
    const foreign = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "hook-tls", namespace: "default" },
      data: { "tls.crt": text(cert), "tls.key": text(key), "ca.crt": text(ca) },
    };
    await cluster.create(SECRETS, foreign, as);
    const before = await at.secret();
    const error = await at.open().catch((thrown: unknown) => thrown as Error);
    expect(error).to.include({ code: "GW_CERTIFICATE" });
    expect((error as Error).message)
      .to.contain("Secret default/hook-tls holds a certificate of somebody else's")
      .and.to.contain("tls.certFile");
    expect(await at.secret()).to.deep.equal(before);
  });

  it("goes on with what it has where somebody else's Secret takes the place of its own", async () => {
    const at = keeping(createFakeCluster());
    await using source = await at.open();
    const { cert } = source.current();
    await at.edit((secret) => void delete secret.metadata?.labels);
    const before = await at.secret();
    await waitUntil(() => at.lines.some((line) => line.includes("neither used nor changed")), {
      what: "the Secret to be refused",
    });
    expect(source.current().cert).to.equal(cert);
    expect(await at.secret()).to.deep.equal(before);
  });

  it("takes over the pair of somebody who put the label on it, and callers trust both meanwhile", async () => {
    const cluster = createFakeCluster();
    const at = keeping(cluster);
    const { cert, key, ca } = await pairOfSomebody();
    const labels = { "app.kubernetes.io/managed-by": "gatewright" };
    const metadata = { name: "hook-tls", namespace: "default", labels };
    const data = { "tls.crt": text(cert), "tls.key": text(key), "ca.crt": text(ca) };
    const labelled = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata, data };
    await cluster.create(SECRETS, labelled, as);
    await at.register(ca);
    await using source = await at.open();
    expect(source.current().cert).to.equal(cert);
    await waitUntil(async () => (await at.cas()).length === 2, { what: "a CA of its own" });
    await waitUntil(() => fingerprints(source.caBundle?.() ?? "").length === 2, { what: "both" });
    await at.register(source.caBundle?.() ?? "");
    await waitUntil(() => source.current().cert !== cert, { what: "a certificate of its own" });
    expectVerified(source);
    expect(await at.cas()).to.include(fingerprints(ca)[0]);
    expect(await at.secret()).to.include({ type: "Opaque" });
  });

  for (const key of ["tls.crt", "tls.key", "ca.crt", "ca.key"]) {
    it(`puts back ${key} where it is damaged or missing`, async () => {
      const at = keeping(createFakeCluster());
      await using source = await at.open();
      const before = await at.data();
      for (const damage of [text("garbage"), undefined]) {
        await at.edit(({ data }) => {
          if (damage === undefined) delete data[key];
          else data[key] = damage;
        });
        await waitUntil(async () => (await at.data())[key] === before[key], {
          what: "it to be put back",
        });
        expect(await at.data()).to.deep.equal(before);
      }
      expect(source.current().cert).to.equal(before["tls.crt"]);
      expect(at.lines.join("\n")).to.contain("restore: ").and.not.to.contain("PRIVATE");
    });

    it(`mends ${key} as a server that has just started, of the same CA where that can be read`, async () => {
      const at = keeping(createFakeCluster());
      const first = await at.open();
      await first.close();
      const [ca = ""] = await at.cas();
      await at.register(first.caBundle?.() ?? "");
      await at.edit(({ data }) => void (data[key] = text("garbage")));
      await using source = await at.open();
      expectVerified(source);
      await waitUntil(async () => (await at.cas()).includes(ca), { what: "the CA to be kept" });
      // What is served is what the registered bundle verifies, without a new registration.
      expect(source.unready?.()).to.equal(undefined);
    });
  }

  it("puts a Secret back that was deleted, with what is served", async () => {
    const cluster = createFakeCluster();
    const at = keeping(cluster);
    await using source = await at.open();
    const before = await at.data();
    await cluster.delete(SECRETS, "hook-tls", { namespace: "default" });
    await waitUntil(async () => (await at.secret()) !== undefined, { what: "the Secret" });
    expect(await at.data()).to.deep.equal(before);
    expect(source.current().cert).to.equal(before["tls.crt"]);
  });

  it("renews the leaf where that is asked for, and where a host is new", async () => {
    const at = keeping(createFakeCluster());
    await using source = await at.open();
    const { cert } = source.current();
    await at.ask("leaf");
    await waitUntil(() => source.current().cert !== cert, { what: "a new leaf" });
    expect(await at.cas()).to.have.length(1);
    expect((await at.secret())?.metadata?.annotations).to.deep.equal({});
    await using other = await at.open({ hosts: ["hook.example.com", "10.0.0.1"] });
    await waitUntil(() => source.current().subjectAltNames.includes("10.0.0.1"), { what: "it" });
    expectVerified(other);
    expect(at.lines.filter((line) => line.startsWith("reload"))).to.have.length.of.at.least(2);
  });

  it("replaces a CA once callers have the next, and takes the old one away", async () => {
    const at = keeping(createFakeCluster());
    await using source = await at.open();
    await using other = await at.open();
    await at.register(source.caBundle?.() ?? "");
    const { cert } = source.current();
    const [old = ""] = await at.cas();
    await at.ask("ca");
    await waitUntil(async () => (await at.cas()).length === 2, { what: "the next CA" });
    await waitUntil(() => at.lines.some((line) => line.includes("has had the next CA")), {
      what: "callers to be waited for",
    });
    // Long enough for it to change, were it not for the registered bundle.
    const since = performance.now();
    await waitUntil(() => performance.now() - since > 1_500, { what: "a while" });
    expect(source.current().cert).to.equal(cert);
    await at.register(source.caBundle?.() ?? "");
    for (const one of [source, other]) {
      await waitUntil(() => one.current().cert !== cert, { what: "the next CA's leaf" });
      expectVerified(one);
      expect(one.unready?.()).to.equal(undefined);
    }
    await waitUntil(async () => !(await at.cas()).includes(old), { what: "the old CA to go" });
    expect((await at.secret())?.metadata?.annotations).to.deep.equal({});
    expect(at.lines.join("\n")).not.to.contain("PRIVATE");
  });

  it("says that nobody can verify it, where no registered caBundle does, and counts those", async () => {
    const at = keeping(createFakeCluster());
    await at.register((await pairOfSomebody()).ca);
    await using source = await at.open();
    expect(source.unready?.()).to.equal(
      "is verified by no caBundle that is registered for hook.default.svc",
    );
    const unverified = () =>
      source.metrics?.().find(({ name }) => name.endsWith("unverified_webhooks"))?.samples[0]
        ?.value;
    expect(unverified()).to.equal(1);
    await at.register(source.caBundle?.() ?? "");
    await waitUntil(() => source.unready?.() === undefined, { what: "it to be verified" });
    expect(unverified()).to.equal(0);
  });
});
