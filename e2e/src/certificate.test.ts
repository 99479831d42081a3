import { once } from "node:events";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { createServer, type Server } from "@gatewright/core";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import {
  type RegisteredWebhooks,
  registerServer,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { createAuthority, type Leaf } from "./authority.ts";
import { pod } from "./pods.ts";
import { service, useTestBed, webhookName } from "./test-bed.ts";
import { failures, startTraffic, type Traffic } from "./traffic.ts";

describe("certificates replaced under traffic, failurePolicy Fail", () => {
  const bed = useTestBed();
  let traffic: Traffic | undefined;
  let registered: RegisteredWebhooks | undefined;
  let server: Server | undefined;
  afterEach(async () => {
    await traffic?.stop();
    await registered?.unregister();
    await server?.close();
  });

  it("fails no call: leaves change, then the CA, its successor published before", async () => {
    const [old, next] = await Promise.all([createAuthority("old CA"), createAuthority("new CA")]);
    const secret = await mountSecret(join(bed.cluster.folder, "secret"), await old.issue());
    const served = await createServer({
      port: 0,
      log: "silent",
      tls: { certFile: join(secret.path, "tls.crt"), keyFile: join(secret.path, "tls.key") },
      shutdown: { gracePeriodSeconds: 0 },
      webhooks: { [webhookName]: { plugins: [runAsNonRoot()], failurePolicy: "Fail" } },
    });
    server = served;
    // The API server keeps its connections while it knows the bundle's bytes; text outside of the certificates makes
    // them new, so that it connects anew, and sees the leaf of that time.
    let edition = 0;
    const publish = async (...cas: string[]) => {
      const caBundle = [`edition ${edition++}`, ...cas].join("\n");
      registered = await registerServer(bed.plane, served, { service, caBundle });
    };
    const replace = async (leaf: Leaf) => {
      await secret.replace(leaf);
      await waitUntil(async () => (await servedLeaf(served.port)) === leaf.fingerprint256, {
        what: "the new leaf to be served",
      });
    };

    await publish(old.cert);
    const generated = { ...pod(""), metadata: { generateName: "traffic-" } };
    const path = `/api/v1/namespaces/${bed.namespace}/pods`;
    const running = startTraffic(async () => {
      const answer = await bed.plane.request(path, { body: generated });
      return answer.status === 201 ? undefined : String(answer.body?.message ?? answer.text);
    });
    traffic = running;

    for (const step of [
      async () => replace(await old.issue()),
      () => publish(old.cert, next.cert),
      async () => replace(await next.issue()),
      () => publish(old.cert, next.cert),
      async () => replace(await next.issue()),
      () => publish(next.cert),
      async () => replace(await next.issue()),
      () => publish(next.cert),
    ]) {
      await step();
      expect(failures(await running.calls(30))).to.deep.equal([]);
    }
    expect(failures(await running.stop())).to.deep.equal([]);
  });
});

/** A folder as the kubelet mounts a Secret: files that are links into what one link names. */
async function mountSecret(path: string, first: Leaf) {
  let version = 0;
  const replace = async (leaf: Leaf) => {
    const data = `..version-${version++}`;
    await mkdir(join(path, data), { recursive: true });
    await writeFile(join(path, data, "tls.crt"), leaf.cert);
    await writeFile(join(path, data, "tls.key"), leaf.key);
    await symlink(data, join(path, "..data_tmp"));
    await rename(join(path, "..data_tmp"), join(path, "..data"));
    if (version > 1) await rm(join(path, `..version-${version - 2}`), { recursive: true });
  };
  await replace(first);
  for (const file of ["tls.crt", "tls.key"]) await symlink(`..data/${file}`, join(path, file));
  return { path, replace };
}

/** The fingerprint of the certificate that a new connection gets. */
async function servedLeaf(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
