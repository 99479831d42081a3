import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, definePlugin, type Server, silentLogger } from "@gatewright/core";
import { generateKey, issueCa, issueLeaf } from "@gatewright/core/certificates";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { connectCluster } from "../connect-cluster.ts";
import { registerWebhooks } from "./register-webhooks.ts";

const CONFIGURATION =
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatewright";

const noForbidden = definePlugin({
  name: "no-forbidden",
  validate: {
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] },
    ],
    sideEffects: "None",
    handle({ object }, { deny }) {
      if (object.metadata.name === "forbidden") deny("it is forbidden");
    },
  },
});

describe("createServer({ registration: registerWebhooks(...) }), on a real API server", () => {
  let plane: ControlPlane;
  let folder: string;
  let port: number;
  let server: Server | undefined;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    // In its own, which is `default` here, nothing is judged.
    await plane.request("/api/v1/namespaces", { body: { metadata: { name: "shop" } } });
    folder = await mkdtemp(join(tmpdir(), "gatewright-registration-"));
    port = await freePort();
    const dates = {
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
    };
    const [caKey, key] = [await generateKey(), await generateKey()];
    const ca = await issueCa(caKey, "test", dates);
    const leaf = {
      commonName: "hook",
      hosts: ["127.0.0.1"],
      usage: "serverAuth",
      ...dates,
    } as const;
    await writeFile(join(folder, "ca.crt"), ca);
    await writeFile(join(folder, "tls.crt"), await issueLeaf(key, { cert: ca, key: caKey }, leaf));
    await writeFile(join(folder, "tls.key"), key.export({ type: "pkcs8", format: "pem" }));
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  after(async () => {
    await plane?.stop();
    await rm(folder, { recursive: true });
  });

  const start = (webhook: string) =>
    createServer({
      port,
      log: silentLogger,
      webhooks: { [webhook]: { plugins: [noForbidden()] } },
      tls: {
        certFile: join(folder, "tls.crt"),
        keyFile: join(folder, "tls.key"),
        caFile: join(folder, "ca.crt"),
      },
      registration: registerWebhooks({ url: `https://127.0.0.1:${port}` }),
      cluster: () => connectCluster({ kubeconfig: plane.kubeconfig }),
      shutdown: { gracePeriodSeconds: 3 },
    });
  const create = async (name: string) => {
    const path = "/api/v1/namespaces/shop/configmaps?dryRun=All";
    return plane.request(path, { body: { metadata: { name } } });
  };
  const untilForbidden = (by: string) =>
    waitUntil(
      async () => {
        const { status, body } = await create("forbidden");
        return status === 403 && body.message.includes(`"${by}"`);
      },
      { what: `${by} to be called` },
    );

  it("is called once it has started, and is unregistered while it still answers: no call fails", async () => {
    server = await start("one.example.com");
    await untilForbidden("one.example.com");
    expect((await create("allowed")).status).to.equal(201);
    const statuses = new Set<number>();
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    while (!closed) statuses.add((await create("allowed")).status);
    await closing;
    for (let call = 0; call < 20; call++) statuses.add((await create("allowed")).status);
    expect([...statuses]).to.deep.equal([201]);
    expect((await create("forbidden")).status).to.equal(201);
    expect((await plane.request(CONFIGURATION)).status).to.equal(404);
  });

  it("replaces what a server of before has registered and left behind, and fails no call meanwhile", async () => {
    server = await start("one.example.com");
    await untilForbidden("one.example.com");
    const { body } = await plane.request(CONFIGURATION);
    await server.close();
    // As a server leaves it that is killed.
    const { name, labels, annotations } = body.metadata;
    const left = { ...body, metadata: { name, labels, annotations } };
    const path = CONFIGURATION.slice(0, CONFIGURATION.lastIndexOf("/"));
    expect((await plane.request(path, { body: left })).status).to.equal(201);
    await waitUntil(async () => (await create("allowed")).status === 500, {
      what: "the trap of a server that is gone",
    });
    server = await start("two.example.com");
    // The path of before is none of this server's, and is let pass until nobody asks for it.
    const statuses = new Set<number>();
    const asking = untilForbidden("two.example.com");
    let found = false;
    void asking.finally(() => (found = true)).catch(() => {});
    while (!found) statuses.add((await create("allowed")).status);
    await asking;
    expect([...statuses]).to.deep.equal([201]);
  });
});

async function freePort(): Promise<number> {
  const listener = createTcpServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}
