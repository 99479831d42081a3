import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { expect } from "chai";
import { describe, it } from "mocha";
import { recordedCluster } from "../test/recorded-cluster.ts";
import { plugin, reviewOf } from "../test/reviews.ts";
import { getPlain, servers, WEBHOOK } from "../test/servers.ts";
import type { Registration, RegistrationContext } from "./registration.ts";
import { createServer } from "./server.ts";
import { type Certificate, verifyCertificate } from "./tls/certificate.ts";
import { whyUnverifiable } from "./tls/certificate-health.ts";
import type { CertificateSource } from "./tls/certificate-source.ts";
import { createAuthority, daysFromNow, errorOf } from "./tls/test-authority.test.ts";

const RETIRED = "/validate/retired.example.com";
const deny = plugin("deny", { validate: (_request, context) => context.deny("no") });

/** A registration that says what was done with it. */
function scripted(registration: Partial<Registration> = {}) {
  const said: string[] = [];
  let context: RegistrationContext | undefined;
  return {
    said,
    context: () => context as RegistrationContext,
    async open(given: RegistrationContext): Promise<Registration> {
      context = given;
      said.push("opened");
      return {
        retired: () => new Set([RETIRED]),
        metrics: () => [],
        close: async () => void said.push("closed"),
        ...registration,
      };
    },
  };
}

function sourceOf(certificate: Certificate): CertificateSource {
  return { current: () => certificate, onChange: () => () => {}, close: async () => {} };
}

describe("createServer({ registration, tls }): Promise<Server>", () => {
  const start = servers();

  it("registers once it listens, with its endpoints, certificate and readiness", async () => {
    const registration = scripted();
    const { server } = await start([deny], { registration: registration.open });
    const { endpoints, certificate, unready } = registration.context();
    expect(endpoints).to.deep.equal(server.endpoints);
    expect(certificate.caBundle?.()).to.equal(await readFile(server.caFile as string, "utf8"));
    expect(await unready()).to.deep.equal([]);
    await server.close();
    expect(registration.said).to.deep.equal(["opened", "closed"]);
  });

  it("is not ready before it knows what is registered", async () => {
    const listener = createTcpServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    listener.close();
    await once(listener, "close");
    let body = "";
    const { call } = await start([deny], {
      port,
      async registration(context) {
        const ca = context.certificate.caBundle?.() ?? "";
        const asking = request({ host: "127.0.0.1", port, path: "/readyz", ca, agent: false });
        const [answer] = (await once(asking.end(), "response")) as [IncomingMessage];
        for await (const chunk of answer) body += chunk;
        return scripted().open(context);
      },
    });
    expect(body).to.equal("not ready: registration (does not know yet what is registered)");
    expect((await call("/readyz")).body).to.equal("ok");
  });

  it("shares one connection among plugins, certificate and registration, and closes it", async () => {
    const cluster = recordedCluster();
    let made = 0;
    const reading = plugin("reading", { reads: ["v1/namespaces"], validate() {} });
    const registration = scripted();
    const { server } = await start([reading], {
      cluster: () => (made++, cluster),
      registration: registration.open,
    });
    const { connection } = registration.context();
    expect(await connection()).to.equal(await connection());
    expect(made).to.equal(1);
    await server.close();
    expect(cluster.calls.at(-1)).to.equal("close");
  });

  it("closes a connection that no plugin asked for", async () => {
    const cluster = recordedCluster();
    const { server } = await start([deny], {
      cluster: () => cluster,
      registration: async (context) => {
        await context.connection();
        return scripted().open(context);
      },
    });
    await server.close();
    expect(cluster.calls).to.deep.equal(["close"]);
  });

  it("allows what is registered no longer with it, and nothing else that it does not know", async () => {
    const { review, call, log, server } = await start([deny], { registration: scripted().open });
    expect((await review(RETIRED, reviewOf())).allowed).to.equal(true);
    expect((await review(RETIRED, reviewOf())).allowed).to.equal(true);
    expect((await review(`/validate/${WEBHOOK}`, reviewOf())).allowed).to.equal(false);
    const unknown = await call("/validate/other.example.com", {
      method: "POST",
      body: reviewOf(),
      headers: { "Content-Type": "application/json" },
    });
    expect(unknown.status).to.equal(404);
    expect(log.written().filter(({ path }) => path === RETIRED)).to.have.length(1);
    const { body } = await getPlain(`http://127.0.0.1:${server.metricsPort}/metrics`);
    expect(body).to.include(`gatewright_retired_reviews_total{path="${RETIRED}"} 2\n`);
  });

  it("ends the start where the registration cannot begin", async () => {
    const error = await errorOf(() =>
      createServer({
        webhooks: { [WEBHOOK]: { plugins: [deny] } },
        port: 0,
        host: "127.0.0.1",
        log: "silent",
        registration: async ({ connection }) => {
          await connection();
          throw new Error("not reached");
        },
      }),
    );
    expect(error.code).to.equal("GW_CLUSTER_CONFIG");
    expect(error.message).to.include("write cluster: {} into the configuration file");
  });

  it("serves a certificate from wherever it is, and is not ready where nobody can verify it", async () => {
    const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
    const certificate = verifyCertificate(await authority.issue());
    let bundle = other.cert;
    const tls = async () => ({ ...sourceOf(certificate), caBundle: () => bundle });
    const { call, server } = await start([deny], { tls }, authority.cert);
    expect(await call("/readyz")).to.deep.include({
      status: 503,
      body: "not ready: certificate is not of the CA that callers are given",
    });
    bundle += authority.cert;
    expect((await call("/readyz")).status).to.equal(200);
    const { body } = await getPlain(`http://127.0.0.1:${server.metricsPort}/metrics`);
    const days = (which: string) =>
      Number(new RegExp(`days_left\\{certificate="${which}"\\} (\\S+)`).exec(body)?.[1]);
    expect(days("leaf")).to.be.closeTo(90, 0.1);
    expect(days("ca")).to.be.closeTo(400, 0.1);
  });

  it("knows a certificate that has run out, or is of tomorrow", async () => {
    const authority = await createAuthority();
    const why = async (from: number, to: number) => {
      const dates = { notBefore: daysFromNow(from), notAfter: daysFromNow(to) };
      return whyUnverifiable(sourceOf(verifyCertificate(await authority.issue(dates))));
    };
    expect(await why(-9, -1)).to.match(/^expired on \d{4}-/);
    expect(await why(1, 9)).to.match(/^is not valid before \d{4}-/);
    expect(await why(-1, 9)).to.equal(undefined);
  });
});
