import { setTimeout as delay } from "node:timers/promises";
import {
  type ClusterConnection,
  createServer,
  definePlugin,
  type KubernetesObject,
  type PolicyRule,
  type Server,
  silentLogger,
} from "@gatewright/core";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { connectCluster } from "../connect-cluster.ts";
import {
  certificateClusterPolicyRules,
  certificatePolicyRules,
} from "./certificate-policy-rules.ts";
import { selfManagedCertificate } from "./self-managed-certificate.ts";
import { expectVerified, fingerprints, HOOKS, keeping, SECRETS } from "./test-keeping.test.ts";

const RBAC = "rbac.authorization.k8s.io";

describe("selfManagedCertificate(options), on a real API server", () => {
  let plane: ControlPlane;
  let admin: ClusterConnection;
  let server: ClusterConnection;
  const servers: Server[] = [];
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    admin = await connectCluster({ kubeconfig: plane.kubeconfig });
    server = await connectCluster({ kubeconfig: plane.kubeconfigFor("alice") });
  });
  after(async () => {
    for (const one of servers) await one.close();
    await server?.close();
    await admin?.close();
    await plane?.stop();
  });

  /** What a server may do: the rules, and nothing else. */
  async function grant(): Promise<void> {
    const subjects = [{ kind: "User", name: "alice", apiGroup: RBAC }];
    const apply = async (kind: string, rest: object) => {
      const isWide = kind.startsWith("Cluster");
      const object = {
        apiVersion: `${RBAC}/v1`,
        kind,
        metadata: { name: "keeps", ...(isWide ? {} : { namespace: "default" }) },
        ...rest,
      } as KubernetesObject;
      await admin.apply(`${RBAC}/v1/${kind.toLowerCase()}s`, object, { fieldManager: "test" });
    };
    const rules: Record<string, readonly PolicyRule[]> = {
      Role: certificatePolicyRules({ name: "hook-tls" }),
      ClusterRole: certificateClusterPolicyRules(),
    };
    for (const [kind, of] of Object.entries(rules)) {
      await apply(kind, { rules: of });
      await apply(`${kind}Binding`, { subjects, roleRef: { apiGroup: RBAC, kind, name: "keeps" } });
    }
  }

  it("waits for its permissions, then makes the Secret once for all servers", async () => {
    const at = keeping(server);
    const opening = Promise.all([at.open(), at.open(), at.open()]);
    await waitUntil(() => at.lines.some((line) => line.includes("cannot be kept yet")), {
      what: "it to be refused",
    });
    await grant();
    const opened = await opening;
    for (const source of opened) {
      expect(source.current().cert).to.equal(opened[0]?.current().cert);
      expectVerified(source);
    }
    const by = keeping(admin);
    expect((await by.secret())?.type).to.equal("kubernetes.io/tls");
    const first = opened[0]?.current().cert;
    await by.ask("leaf");
    for (const source of opened) {
      await waitUntil(() => source.current().cert !== first, { what: "the new leaf" });
    }
    // By whoever was quickest.
    expect(new Set(opened.map((source) => source.current().cert)).size).to.equal(1);
    const before = await by.data();
    await admin.delete(SECRETS, "hook-tls", { namespace: "default" });
    await waitUntil(async () => (await by.secret()) !== undefined, { what: "the Secret" });
    expect((await by.data())["ca.crt"]).to.equal(before["ca.crt"]);
    for (const source of opened) await source.close();
    expect(at.lines.join("\n")).not.to.contain("PRIVATE");
  });

  it("changes leaf and CA under fire, and no call fails", async () => {
    await grant();
    const by = keeping(admin);
    let handled = 0;
    const hook = definePlugin({
      name: "looks",
      validate: {
        rules: [
          { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["*"] },
        ],
        sideEffects: "None",
        async handle() {
          handled++;
          // Long enough for many to be under way at once.
          await delay(50);
        },
      },
    });
    const start = (): Promise<Server> =>
      createServer({
        port: 0,
        host: "127.0.0.1",
        log: silentLogger,
        shutdown: { gracePeriodSeconds: 0 },
        cluster: () => server,
        webhooks: { "configmaps.example.com": { plugins: [hook()] } },
        tls: selfManagedCertificate({
          service: { name: "hook", namespace: "default" },
          hosts: ["127.0.0.1"],
          propagationSeconds: 6,
        }),
      });
    servers.push(await start(), await start());
    const bundle = async () => (await by.data())["ca.crt"] ?? "";
    const register = async (caBundle: string): Promise<void> => {
      const webhooks = servers.map(({ url }, index) => ({
        name: `server-${index}.example.com`,
        clientConfig: {
          url: `${url.replace("localhost", "127.0.0.1")}/validate/configmaps.example.com`,
          caBundle: Buffer.from(caBundle).toString("base64"),
        },
        rules: [
          { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["*"] },
        ],
        failurePolicy: "Fail",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } },
      }));
      const metadata = { name: "under-fire" };
      const whole = { apiVersion: "admissionregistration.k8s.io/v1", metadata, webhooks };
      await admin.apply(
        HOOKS,
        { ...whole, kind: "ValidatingWebhookConfiguration" },
        {
          fieldManager: "test",
        },
      );
    };
    let registered = await bundle();
    await register(registered);
    const create = async () =>
      plane.request("/api/v1/namespaces/default/configmaps?dryRun=All", {
        body: { metadata: { name: "fired" } },
      });
    await waitUntil(async () => (await create()).status === 201, { what: "the webhooks to work" });
    let calls = 0;
    const failures: string[] = [];
    let isOver = false;
    const fire = (async () => {
      while (!isOver) {
        // More than the API server keeps connections for: some of them shake hands each time.
        for (const { status, body } of await Promise.all(Array.from({ length: 40 }, create))) {
          calls++;
          if (status !== 201) failures.push(`${calls}: ${status} ${JSON.stringify(body)}`);
        }
      }
    })();
    const follow = (async () => {
      while (!isOver) {
        const now = await bundle();
        if (now !== registered && now !== "") {
          // Nobody is waited for so that it works out by luck.
          await delay(1_500);
          await register((registered = now));
        }
        await create();
      }
    })();
    const leaf = async () => fingerprints((await by.data())["tls.crt"] ?? "")[0];
    for (const rotation of ["leaf", "ca", "leaf", "ca"]) {
      const [ca = ""] = await by.cas();
      const before = await leaf();
      await by.ask(rotation);
      await waitUntil(async () => (await leaf()) !== before, { what: rotation, timeoutMs: 60_000 });
      if (rotation === "leaf") continue;
      await waitUntil(async () => !(await by.cas()).includes(ca), {
        what: "the old CA to go",
        timeoutMs: 60_000,
      });
    }
    isOver = true;
    await fire;
    await follow;
    expect(failures.slice(0, 3)).to.deep.equal([]);
    expect(calls).to.be.above(200);
    expect(handled).to.be.at.least(2 * calls);
    await admin.delete(HOOKS, "under-fire");
  });
});
