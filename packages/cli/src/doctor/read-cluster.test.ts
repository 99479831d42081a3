import { createServer } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ClusterError, type ClusterConnection, type KubernetesObject } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { issue } from "../../test/doctor/certificates.ts";
import { idsOf, type Loose, server, validating, webhook } from "../../test/doctor/cluster.ts";
import { diagnose } from "./diagnose.ts";
import { readCluster } from "./read-cluster.ts";

const nobody = (): void => {};

/** A Service's ready endpoint. */
const slice = (port: number): Loose => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    name: "webhook-1",
    namespace: "webhook-system",
    labels: { "kubernetes.io/service-name": "webhook" },
  },
  addressType: "IPv4",
  ports: [{ name: "https", port }],
  endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }],
});

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "a" },
  status: { nodeInfo: { kubeletVersion: "v1.27.4" } },
};

async function read(
  objects: readonly unknown[],
  around?: (cluster: ClusterConnection) => ClusterConnection,
) {
  const cluster = createFakeCluster({ objects: objects as KubernetesObject[] });
  try {
    return await readCluster(around?.(cluster) ?? cluster, nobody);
  } finally {
    await cluster.close();
  }
}

describe("readCluster(connection, say)", () => {
  it("reads what is judged, who serves it, how old it is, and what is served", async () => {
    const { ca, leaf, leafKey } = await issue({ hosts: ["else.webhook-system.svc"] });
    const key = leafKey.export({ type: "pkcs8", format: "pem" });
    const endpoint = createServer({ cert: leaf, key }).listen(0, "127.0.0.1");
    await once(endpoint, "listening");
    const { port } = endpoint.address() as AddressInfo;
    const client = {
      ...(webhook()["clientConfig"] as Loose),
      caBundle: Buffer.from(ca).toString("base64"),
    };
    const configured = validating(
      webhook({ clientConfig: client, matchConditions: [{ name: "a", expression: "true" }] }),
    );
    const objects = [...Object.values(server()), slice(port), node, configured];
    const { snapshot, notes } = await read(objects);
    await once(endpoint.close(), "close");
    expect(notes).to.be.empty;
    expect(snapshot).to.include({ complete: true, kubernetesVersion: "1.27" });
    expect(idsOf(diagnose(snapshot))).to.deep.equal(["GWD407", "GWD702"]);
  });

  it("says what it could not read, and judges none of that", async () => {
    const objects = [...Object.values(server()), validating(webhook())];
    const refused = "v1/services policy/v1/poddisruptionbudgets v1/nodes".split(" ");
    const { snapshot, notes } = await read(objects, (cluster) => ({
      ...cluster,
      list: (resource, options) =>
        refused.includes(resource)
          ? Promise.reject(
              new ClusterError(`${resource} is forbidden`, { status: 403, reason: "Forbidden" }),
            )
          : cluster.list(resource, options),
    }));
    expect(notes).to.have.lengthOf(3);
    expect(notes.join("\n")).to.match(
      /v1\/services could not be read, and is not judged: .*forbidden/,
    );
    expect(diagnose(snapshot)).to.be.empty;
  });

  it("says which endpoints cannot be reached from here", async () => {
    const objects = [...Object.values(server()), slice(1), validating(webhook())];
    const { snapshot, notes } = await read(objects);
    expect(notes).to.deep.equal([
      "webhook-system/webhook:443 cannot be reached from here: its certificate is not judged",
    ]);
    expect(diagnose(snapshot)).to.be.empty;
  });

  it("finds a URL at which nobody listens, and trusts no loopback of another machine", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    await once(gone.close(), "close");
    const { caBundle } = webhook()["clientConfig"] as Loose;
    const objects = [
      validating(webhook({ clientConfig: { url: `https://127.0.0.1:${port}/a`, caBundle } })),
    ];
    const of = (url: string) => read(objects, (cluster) => ({ ...cluster, url }));
    const here = await of("https://127.0.0.1:6443");
    expect(idsOf(diagnose(here.snapshot))).to.deep.equal(["GWD608", "GWD611"]);
    expect(here.notes).to.be.empty;
    const elsewhere = await of("https://cluster.example.com:6443");
    expect(idsOf(diagnose(elsewhere.snapshot))).to.deep.equal(["GWD608"]);
    expect(elsewhere.notes.join()).to.contain("cannot be reached from here");
  });

  it("finds a Service that is not there, and one without a ready pod", async () => {
    const { namespace, service, deployment, budget } = server();
    const ids = async (...objects: unknown[]) => idsOf(diagnose((await read(objects)).snapshot));
    expect(await ids(namespace, deployment, budget, validating(webhook()))).to.deep.equal([
      "GWD601",
    ]);
    expect(await ids(namespace, service, deployment, budget, validating(webhook()))).to.deep.equal([
      "GWD603",
    ]);
  });

  it("does without nothing that it is there for", async () => {
    const forbidden = new ClusterError("forbidden", { status: 403, reason: "Forbidden" });
    const refused = await read([], (cluster) => ({
      ...cluster,
      list: (resource, options) =>
        resource.endsWith("webhookconfigurations")
          ? Promise.reject(forbidden)
          : cluster.list(resource, options),
    })).catch((error: unknown) => error);
    expect(refused).to.equal(forbidden);
  });
});
