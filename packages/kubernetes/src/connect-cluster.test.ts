import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ClusterError, GatewrightError } from "@gatewright/core";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { writeKubeconfig } from "../test/kubeconfig.ts";
import { connectCluster } from "./connect-cluster.ts";

describe("connectCluster(options), without a cluster", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-connect-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function failureOf(kubeconfig: string, timeoutMs = 5_000): Promise<GatewrightError> {
    try {
      const cluster = await connectCluster({ kubeconfig, timeoutMs });
      await cluster.close();
    } catch (error) {
      return error as GatewrightError;
    }
    throw new Error("it connected");
  }

  it("loads nothing heavy until it is called", async () => {
    const index = new URL("./index.ts", import.meta.url).href;
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
      await import(${JSON.stringify(index)});
      console.log(JSON.stringify(loaded));`;
    const arguments_ = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, arguments_);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).to.include("./connect-cluster.ts");
    // Clients, YAML and X.509 are packages; a few files of our own are read in no time.
    expect(loaded.filter((name) => !/^(?:\.|node:crypto$)/.test(name))).to.deep.equal([index]);
    expect(loaded.length).to.be.below(15);
  });

  it("says which kubeconfig is missing", async () => {
    const error = await failureOf(join(folder, "absent"));
    expect(error.code).to.equal("GW_CLUSTER_CONFIG");
    expect(error.message).to.equal(`there is no kubeconfig ${join(folder, "absent")}`);
  });

  it("says which of the kubeconfig's files is missing, or makes no sense", async () => {
    const certificate = join(folder, "absent.crt");
    const cluster = { server: "https://127.0.0.1:1", "certificate-authority": certificate };
    const missing = await failureOf(await writeKubeconfig(folder, { cluster }));
    expect(missing.code).to.equal("GW_CLUSTER_CONFIG");
    expect(missing.message).to.contain(`context "here" of ${join(folder, "kubeconfig")}: ENOENT`);
    expect(missing.message).to.contain(certificate);

    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "\n");
    const user = { tokenFile };
    const empty = await failureOf(
      await writeKubeconfig(folder, { cluster: { server: "https://127.0.0.1:1" }, user }),
    );
    expect(empty.message).to.match(new RegExp(`: ${tokenFile} is empty$`));
  });

  it("says what the program that logs in said when it failed", async () => {
    const command = join(folder, "login");
    await writeFile(command, "#!/bin/sh\necho you are not logged in >&2; exit 3\n", {
      mode: 0o755,
    });
    const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login" } };
    const cluster = { server: "https://127.0.0.1:1" };
    const error = await failureOf(await writeKubeconfig(folder, { cluster, user }));
    expect(error.code).to.equal("GW_CLUSTER_CONFIG");
    expect(error.message).to.match(/: you are not logged in\n?$/);
  });

  it("says that nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const cluster = { server: `https://127.0.0.1:${port}` };
    const error = await failureOf(await writeKubeconfig(folder, { cluster }));
    expect(error).to.be.instanceOf(ClusterError);
    expect(error).to.include({ status: 0, reason: "Unreachable" });
    expect(error.message).to.equal(
      `context "here" of ${join(folder, "kubeconfig")}: GET https://127.0.0.1:${port}/version: ` +
        `connect ECONNREFUSED 127.0.0.1:${port}`,
    );
  });

  it("says that nobody answers, when its time is up", async () => {
    const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const cluster = { server: `https://127.0.0.1:${port}` };
    const error = await failureOf(await writeKubeconfig(folder, { cluster }), 100);
    expect(error).to.include({ status: 0, reason: "Timeout" });
    expect(error.message).to.match(/\/version: not answered in full within 0\.1 s$/);
    server.close();
    // The connection was broken off, or the server would never close.
    await once(server, "close");
  });
});
