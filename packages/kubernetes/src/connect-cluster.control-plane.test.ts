import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClusterError } from "@gatewright/core";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { startConnectProxy } from "../test/connect-proxy.ts";
import { writeKubeconfig } from "../test/kubeconfig.ts";
import { type SharedPlane, sharedPlane } from "../test/shared-plane.ts";
import { connectCluster } from "./connect-cluster.ts";

describe("connectCluster(options)", () => {
  let shared: SharedPlane;
  before(async () => {
    shared = await sharedPlane();
  });

  async function refusalOf(kubeconfig: string): Promise<ClusterError> {
    try {
      await (await connectCluster({ kubeconfig })).close();
    } catch (error) {
      expect(error).to.be.instanceOf(ClusterError);
      return error as ClusterError;
    }
    throw new Error("it connected");
  }

  it("connects as the user of the kubeconfig's context", async () => {
    const { plane } = shared;
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfigFor("alice") });
    expect(cluster.url).to.equal(plane.url);
    expect(await cluster.username()).to.equal("alice");
    await cluster.close();
  });

  it("says that the API server refuses", async () => {
    const { plane } = shared;
    const folder = await shared.makeFolder();
    const cluster = { server: plane.url, "certificate-authority": plane.caFile };
    const user = { token: "a token of nobody's" };
    const kubeconfig = await writeKubeconfig(folder, { cluster, user });
    const error = await refusalOf(kubeconfig);
    expect(error).to.include({ status: 401, reason: "Unauthorized" });
    expect(error.message).to.equal(
      `context "here" of ${kubeconfig}: GET ${plane.url}/version: 401 Unauthorized: Unauthorized`,
    );
  });

  it("says that the API server's certificate is not to be trusted", async () => {
    const { plane, authority } = shared;
    const folder = await shared.makeFolder();
    await writeFile(join(folder, "other.crt"), authority.cert);
    const cluster = { server: plane.url, "certificate-authority": "other.crt" };
    const error = await refusalOf(await writeKubeconfig(folder, { cluster }));
    expect(error).to.include({ status: 0, reason: "Unreachable" });
    expect(error.message).to.match(/\/version: (unable to verify|self-signed certificate)/);
  });

  it("checks the certificate for tls-server-name", async () => {
    const { plane } = shared;
    const folder = await shared.makeFolder();
    const user = { token: plane.token("alice") };
    const named = (name: string) => {
      const ca = { "certificate-authority": plane.caFile };
      const cluster = { server: plane.url, ...ca, "tls-server-name": name };
      return writeKubeconfig(folder, { cluster, user });
    };
    const error = await refusalOf(await named("elsewhere.example.com"));
    expect(error.message).to.contain("Host: elsewhere.example.com. is not in the cert's altnames");
    const kubeconfig = await named("kubernetes.default.svc");
    const cluster = await connectCluster({ kubeconfig });
    expect(await cluster.username()).to.equal("alice");
    await cluster.close();
  });

  it("goes by proxy-url", async () => {
    const { plane } = shared;
    await using proxy = await startConnectProxy();
    const cluster = {
      server: plane.url,
      "certificate-authority": plane.caFile,
      "proxy-url": proxy.url,
    };
    const user = { token: plane.token("alice") };
    const kubeconfig = await writeKubeconfig(await shared.makeFolder(), { cluster, user });
    const connected = await connectCluster({ kubeconfig });
    expect(await connected.username()).to.equal("alice");
    expect(new Set(proxy.targets)).to.deep.equal(new Set([new URL(plane.url).host]));
    await connected.close();
  });

  it("impersonates whom the kubeconfig says, with groups", async () => {
    const { plane } = shared;
    const folder = await shared.makeFolder();
    const cluster = { server: plane.url, "certificate-authority": plane.caFile };
    const user = {
      token: plane.token("admin"),
      as: "carol",
      "as-uid": "uid of carol",
      "as-groups": ["one", "two"],
      "as-user-extra": { "example.com/Team": ["a"] },
    };
    const kubeconfig = await writeKubeconfig(folder, { cluster, user });
    const connected = await connectCluster({ kubeconfig });
    const { status } = await connected.create(
      "authentication.k8s.io/v1/selfsubjectreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      { fieldManager: "test" },
    );
    expect(status).to.deep.include({
      userInfo: {
        username: "carol",
        uid: "uid of carol",
        groups: ["one", "two", "system:authenticated"],
        extra: { "example.com/team": ["a"] },
      },
    });
    await connected.close();
  });
});
