import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { endpoint, everything } from "../../test/endpoints.ts";
import { webhookConfigurations } from "./webhook-configurations.ts";

/** Where nobody listens: the discard port. */
const DEAD = "https://127.0.0.1:9";

describe("webhookConfigurations(...): while no replica answers, under Fail and rules for everything", () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane();
    for (const name of ["gatewright-system", "shop"]) {
      await plane.request("/api/v1/namespaces", { body: { metadata: { name } } });
    }
    await runPod("running", "n0");
    const configurations = webhookConfigurations(
      [
        endpoint("first.example.com", "mutate", { rules: [everything] }),
        endpoint("all.example.com", "validate", { rules: [everything] }),
      ],
      {
        name: "gatewright",
        clientConfig: { url: DEAD },
        caBundle: plane.ca,
        namespace: "gatewright-system",
      },
    );
    for (const configuration of configurations) {
      const { kind, metadata } = configuration;
      const path = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/${metadata.name}?fieldManager=gatewright`;
      const options = {
        method: "PATCH",
        contentType: "application/apply-patch+yaml",
        body: configuration,
      };
      const dry = await plane.request(`${path}&dryRun=All`, options);
      expect([dry.status, dry.body.message]).to.deep.equal([201, undefined]);
      const { status } = await plane.request(path, options);
      expect(status).to.equal(201);
    }
    await waitUntil(async () => (await create("/api/v1/namespaces/shop/configmaps")) === 500, {
      what: "the webhooks to be in effect",
    });
  });
  after(() => plane?.stop());

  /** In `shop`, as long as that goes. */
  async function runPod(name: string, nodeName: string): Promise<void> {
    await plane.request("/api/v1/nodes", { body: { metadata: { name: nodeName } } });
    await waitUntil(
      async () => {
        const body = { metadata: { name }, spec: { ...pod.spec, nodeName } };
        const { status } = await plane.request("/api/v1/namespaces/shop/pods", { body });
        return status === 201;
      },
      { what: "the pod, once its service account is there" },
    );
  }

  let count = 0;
  const create = async (
    path: string,
    body: { metadata?: object; [field: string]: unknown } = {},
  ) => {
    const metadata = { name: `o${count++}`, ...body.metadata };
    return (await plane.request(path, { body: { ...body, metadata } })).status;
  };
  const change = async (path: string, body: object) =>
    (await plane.request(path, { method: "PATCH", body })).status;
  const remove = async (path: string) => (await plane.request(path, { method: "DELETE" })).status;

  it("refuses whatever else there is, so that what follows says something", async () => {
    const { status, body } = await plane.request("/api/v1/namespaces", {
      body: { metadata: { name: "other" } },
    });
    expect(status).to.equal(500);
    expect(body.message).to.include('failed calling webhook "first.example.com"');
    expect(await create("/api/v1/namespaces/shop/secrets")).to.equal(500);
    const driver = { provisioner: "a/b" };
    expect(await create("/apis/storage.k8s.io/v1/storageclasses", driver)).to.equal(500);
  });

  it("refuses a namespace that is called by nobody knows what yet, and says that it is kube-system", async () => {
    const labels = { "kubernetes.io/metadata.name": "kube-system" };
    const { status, body } = await plane.request("/api/v1/namespaces", {
      body: { metadata: { generateName: "other-", labels } },
    });
    expect(status).to.equal(500);
    // Already in the mutating phase, in which it has no name.
    expect(body.message).to.include('failed calling webhook "first.example.com"');
  });

  it("lets nodes register, tell their status, and be changed and deleted", async () => {
    const nodes = "/api/v1/nodes";
    const metadata = { name: "n1" };
    expect(await create(nodes, { metadata })).to.equal(201);
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    expect(await change(`${nodes}/n1/status`, { status })).to.equal(200);
    expect(await change(`${nodes}/n1`, { spec: { unschedulable: true } })).to.equal(200);
    const driver = { name: "csi.example.com", nodeID: "n1" };
    expect(
      await create("/apis/storage.k8s.io/v1/csinodes", { metadata, spec: { drivers: [driver] } }),
    ).to.equal(201);
    expect(await remove("/apis/storage.k8s.io/v1/csinodes/n1")).to.equal(200);
    expect(await remove(`${nodes}/n1`)).to.equal(200);
  });

  it("lets kubelets tell the status of their pods, and renew their tokens, anywhere", async () => {
    const shop = "/api/v1/namespaces/shop";
    const { uid } = (await plane.request(`${shop}/pods/running`)).body.metadata;
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "running", uid };
    const write = async (headers: Record<string, string>) => {
      const as = (path: string, body: object, method = "POST") =>
        plane.request(path, { method, body, headers }).then(({ status }) => status);
      return [
        await as(`${shop}/pods/running/status`, { status: { phase: "Running" } }, "PATCH"),
        await as(`${shop}/serviceaccounts/default/token`, { spec: { boundObjectRef } }),
        await as(`${shop}/events`, {
          metadata: { name: `e${count++}` },
          involvedObject: { kind: "Pod", namespace: "shop", name: "running" },
        }),
        await as(`${shop}/pods/running`, { metadata: { labels: { a: "b" } } }, "PATCH"),
      ];
    };
    const kubelet = { "Impersonate-User": "system:node:n0", "Impersonate-Group": "system:nodes" };
    // The last is none of a kubelet's writes.
    expect(await write(kubelet)).to.deep.equal([200, 201, 201, 403]);
    expect(await write({})).to.deep.equal([500, 500, 500, 500]);
  });

  it("lets nodes join by CertificateSigningRequests, approved and signed", async () => {
    const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    const request = await csr();
    const spec = {
      request,
      signerName: "example.com/none",
      usages: ["client auth"],
    };
    expect(await create(path, { metadata: { name: "join" }, spec })).to.equal(201);
    const found = (await plane.request(`${path}/join`)).body;
    const conditions = [{ type: "Approved", status: "True", reason: "Test", message: "" }];
    const approved = { ...found, status: { conditions } };
    const { status } = await plane.request(`${path}/join/approval`, {
      method: "PUT",
      body: approved,
    });
    expect(status).to.equal(200);
    expect(await remove(`${path}/join`)).to.equal(200);
  });

  it("lets Leases be made and renewed, in any namespace", async () => {
    for (const namespace of ["kube-node-lease", "kube-system", "shop"]) {
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const spec = { holderIdentity: "one", leaseDurationSeconds: 15 };
      expect(await create(leases, { metadata: { name: "l" }, spec })).to.equal(201);
      expect(await change(`${leases}/l`, { spec: { holderIdentity: "two" } })).to.equal(200);
    }
  });

  it("lets components ask who somebody is, and what he may do", async () => {
    const spec = { user: "alice", resourceAttributes: { verb: "get", resource: "pods" } };
    const authorization = "/apis/authorization.k8s.io/v1";
    const ask = async (path: string, question: object) =>
      (await plane.request(path, { body: { spec: question } })).status;
    expect(await ask(`${authorization}/subjectaccessreviews`, spec)).to.equal(201);
    const { resourceAttributes } = spec;
    const local = `${authorization}/namespaces/shop/localsubjectaccessreviews`;
    const inShop = { ...spec, resourceAttributes: { ...resourceAttributes, namespace: "shop" } };
    expect(await ask(local, inShop)).to.equal(201);
    const own = `${authorization}/selfsubjectaccessreviews`;
    expect(await ask(own, { resourceAttributes })).to.equal(201);
    const token = "/apis/authentication.k8s.io/v1/tokenreviews";
    expect(await ask(token, { token: "x" })).to.equal(201);
  });

  for (const namespace of ["gatewright-system", "kube-system"]) {
    it(`lets everything in ${namespace} be made: pods, Secrets, Services and all that a rollout needs`, async () => {
      const core = `/api/v1/namespaces/${namespace}`;
      const apps = `/apis/apps/v1/namespaces/${namespace}`;
      // The controller manager makes it, which is a proof by itself.
      await waitUntil(
        async () => (await plane.request(`${core}/serviceaccounts/default`)).status === 200,
        { what: "the service account" },
      );
      expect(await create(`${core}/secrets`)).to.equal(201);
      expect(await create(`${core}/configmaps`)).to.equal(201);
      expect(await create(`${core}/pods`, pod)).to.equal(201);
      const ports = [{ port: 443 }];
      // It takes an IPAddress, which has no namespace, and which the API server makes by itself.
      expect(await create(`${core}/services`, { spec: { ports } })).to.equal(201);
      expect(await create(`${apps}/deployments`, deployment)).to.equal(201);
      await waitUntil(
        async () => {
          const { items } = (await plane.request(`${core}/pods?labelSelector=app=web`)).body;
          return items.length === 2;
        },
        { what: "the Deployment's pods" },
      );
      // It is there: the webhooks let it pass to where that is found.
      expect(await create("/api/v1/namespaces", { metadata: { name: namespace } })).to.equal(409);
      expect(
        await change(`/api/v1/namespaces/${namespace}`, { metadata: { labels: { a: "b" } } }),
      ).to.equal(200);
    });
  }

  it("lets what the installation has outside of its namespace be repaired, and nothing like it", async () => {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const metadata = { name: "gatewright" };
    expect(await create(`${rbac}/clusterroles`, { metadata, rules: [] })).to.equal(201);
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", ...metadata };
    expect(await create(`${rbac}/clusterrolebindings`, { metadata, roleRef })).to.equal(201);
    const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
    expect(await create(classes, { metadata, value: 1 })).to.equal(201);
    expect(await create(classes, { value: 1 })).to.equal(500);
    expect(await create(`${rbac}/clusterroles`, { rules: [] })).to.equal(500);
    expect(
      await create(`${rbac}/clusterroles`, {
        metadata: { name: undefined, generateName: "gatewright" },
        rules: [],
      }),
    ).to.equal(500);
    expect(await remove(`${rbac}/clusterrolebindings/gatewright`)).to.equal(200);
    expect(await remove(`${rbac}/clusterroles/gatewright`)).to.equal(200);
  });

  it("lets the API server start again", async () => {
    await plane.apiServer.stop();
    await plane.apiServer.start();
    await waitUntil(async () => (await create("/api/v1/namespaces/shop/configmaps")) === 500, {
      what: "the webhooks to be in effect again",
    });
    expect(await create("/api/v1/nodes", { metadata: { name: "n2" } })).to.equal(201);
  });

  it("lets itself be deleted", async () => {
    for (const kind of ["mutating", "validating"]) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/gatewright`;
      expect(await remove(path)).to.equal(200);
    }
    await waitUntil(async () => (await create("/api/v1/namespaces/shop/configmaps")) === 201, {
      what: "the cluster to be free",
    });
  });
});

const pod = { spec: { containers: [{ name: "a", image: "a" }] } };
const labels = { app: "web" };
const deployment = {
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, ...pod },
  },
};

/** Base64 of a request for a certificate, in PEM. */
async function csr(): Promise<string> {
  await import("reflect-metadata");
  const { Pkcs10CertificateRequestGenerator } = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: "CN=system:node:n1, O=system:nodes",
    keys,
    signingAlgorithm: algorithm,
  });
  return Buffer.from(made.toString("pem")).toString("base64");
}
