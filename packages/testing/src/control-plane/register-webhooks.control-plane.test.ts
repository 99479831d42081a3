import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import {
  createWebhookServer,
  type WebhookServer,
} from "../../test/control-plane/webhook-server.ts";
import { type ControlPlane, registerWebhooks, startControlPlane, waitUntil } from "./index.ts";

const configMaps = {
  apiGroups: [""],
  apiVersions: ["v1"],
  resources: ["configmaps"],
  operations: ["CREATE"],
};
const everything = { ...configMaps, apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] };

describe("registerWebhooks(plane, { name, webhooks, clientConfig, caBundle })", () => {
  let plane: ControlPlane;
  const servers: WebhookServer[] = [];
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  after(() => plane.stop());

  async function serve(message?: string): Promise<WebhookServer> {
    const server = await createWebhookServer(message);
    servers.push(server);
    return server;
  }
  let count = 0;
  const create = () => plane.kubectl(["create", "configmap", `c${count++}`]);
  const denied = (webhook: string, message: string) =>
    `error: failed to create configmap: admission webhook "${webhook}" denied the request: ${message}\n`;

  it("has taken effect when it resolves, and is gone when unregister() does", async () => {
    const server = await serve("not here");
    for (const phase of ["mutate", "validate"] as const) {
      const registered = await registerWebhooks(plane, {
        webhooks: [{ name: "configs.example.com", phase, rules: [configMaps] }],
        clientConfig: { url: server.url },
        caBundle: server.ca,
      });
      expect(await create()).to.deep.equal({
        stdout: "",
        stderr: denied("configs.example.com", "not here"),
        exitCode: 1,
      });
      expect(server.calls.splice(0).map(({ path }) => path)).to.deep.equal([
        `/${phase}/configs.example.com`,
      ]);

      await registered.unregister();
      expect((await create()).stderr).to.equal("");
      expect(server.calls).to.deep.equal([]);
    }
  });

  it("replaces an earlier one of the same name, webhooks of another phase too", async () => {
    const first = await serve("by the first");
    const second = await serve("by the second");
    const webhook = { name: "configs.example.com", rules: [configMaps] };
    const early = await registerWebhooks(plane, {
      webhooks: [
        { ...webhook, phase: "mutate" },
        { ...webhook, phase: "validate" },
      ],
      clientConfig: { url: first.url },
      caBundle: first.ca,
    });
    expect((await create()).stderr).to.include("by the first");

    const late = await registerWebhooks(plane, {
      webhooks: [{ ...webhook, phase: "validate" }],
      clientConfig: { url: `${second.url}/` },
      caBundle: Buffer.from(second.ca),
    });
    first.calls.length = 0;
    expect((await create()).stderr).to.include("by the second");
    expect(first.calls).to.deep.equal([]);

    // The early one has nothing left to remove.
    await early.unregister();
    expect((await create()).stderr).to.include("by the second");
    await late.unregister();
    expect((await create()).exitCode).to.equal(0);
  });

  it("asks without the webhooks' noticing, whatever their rules", async () => {
    const server = await serve();
    const webhook = { name: "all.example.com", rules: [{ ...everything, resources: ["*/*"] }] };
    const register = (...phases: ("mutate" | "validate")[]) =>
      registerWebhooks(plane, {
        name: "all",
        webhooks: phases.map((phase) => ({ ...webhook, phase })),
        clientConfig: { url: server.url },
        caBundle: server.ca,
      });
    await register("mutate");
    await register("mutate", "validate");
    await register("validate", "mutate");
    await register("validate");
    await create();
    const kinds = server.calls.splice(0).map(({ request }) => request.resource.resource);
    expect(kinds).to.include("configmaps").and.not.include("ingressclasses");

    await register();
    const ingressClass = { metadata: { name: "mine" }, spec: { controller: "example.com/mine" } };
    await register("validate");
    await plane.request("/apis/networking.k8s.io/v1/ingressclasses", { body: ingressClass });
    expect(server.calls.map(({ request }) => request.name)).to.include("mine");

    // Without webhooks nothing is left for either phase.
    await register();
    const { body } = await plane.request(
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    );
    expect(body.items).to.deep.equal([]);
  });

  it("registers by Service, as in a cluster", async () => {
    const server = await serve("by Service");
    const { unregister } = await registerWebhooks(plane, {
      webhooks: [{ name: "configs.example.com", phase: "validate", rules: [configMaps] }],
      clientConfig: { service: { namespace: "default", name: "hook", port: server.port } },
      caBundle: server.ca,
    });
    expect((await create()).stderr).to.equal(denied("configs.example.com", "by Service"));
    expect(server.calls[0]?.host).to.match(/^hook\.default\.svc/);
    await unregister();
  });

  it("passes on what Kubernetes knows of a webhook", async () => {
    const server = await serve("denied");
    const { unregister } = await registerWebhooks(plane, {
      name: "detailed",
      webhooks: [
        {
          name: "configs.example.com",
          phase: "mutate",
          rules: [{ ...configMaps, scope: "Namespaced" }],
          failurePolicy: "Ignore",
          sideEffects: "NoneOnDryRun",
          timeoutSeconds: 3,
          admissionReviewVersions: ["v1beta1", "v1"],
          reinvocationPolicy: "IfNeeded",
          matchPolicy: "Exact",
          namespaceSelector: { matchLabels: { a: "b" } },
          objectSelector: { matchLabels: { c: "d" } },
          matchConditions: [{ name: "not-mine", expression: "request.userInfo.username != 'me'" }],
        },
      ],
      clientConfig: { url: server.url },
      caBundle: server.ca,
    });
    const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/detailed";
    const [, webhook] = (await plane.request(path)).body.webhooks;
    expect(webhook).to.deep.equal({
      name: "configs.example.com",
      clientConfig: {
        url: `${server.url}/mutate/configs.example.com`,
        caBundle: Buffer.from(server.ca).toString("base64"),
      },
      rules: [{ ...configMaps, scope: "Namespaced" }],
      failurePolicy: "Ignore",
      sideEffects: "NoneOnDryRun",
      timeoutSeconds: 3,
      admissionReviewVersions: ["v1beta1", "v1"],
      reinvocationPolicy: "IfNeeded",
      matchPolicy: "Exact",
      namespaceSelector: { matchLabels: { a: "b" } },
      objectSelector: { matchLabels: { c: "d" } },
      matchConditions: [{ name: "not-mine", expression: "request.userInfo.username != 'me'" }],
    });
    await unregister();
  });

  it("is in effect again after a restart of the API server", async () => {
    const server = await serve("still not here");
    const { unregister } = await registerWebhooks(plane, {
      webhooks: [{ name: "configs.example.com", phase: "validate", rules: [configMaps] }],
      clientConfig: { url: server.url },
      caBundle: server.ca,
    });
    await plane.apiServer.stop();
    await plane.apiServer.start();
    expect((await create()).stderr).to.include("still not here");
    await unregister();
    expect((await create()).exitCode).to.equal(0);
  });

  it("fails with what the API server has against it", async () => {
    const error = await registerWebhooks(plane, {
      webhooks: [{ name: "configs", phase: "validate", rules: [configMaps] }],
      clientConfig: { url: "https://127.0.0.1:1" },
      caBundle: plane.ca,
    }).then(
      () => expect.fail("it registered"),
      (reason: Error) => reason,
    );
    expect(error.message).to.include("422");
    expect(error.message).to.include("should be a domain with at least three segments");
  });

  it("fails with the last answer where somebody else refuses the question", async () => {
    const server = await serve("everything is denied");
    // Not ours, and by name before "gatewright", and so in its way.
    const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const other = await plane.request(path, {
      body: {
        metadata: { name: "a" },
        webhooks: [
          {
            name: "all.example.com",
            rules: [everything],
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            clientConfig: {
              url: server.url,
              caBundle: Buffer.from(server.ca).toString("base64"),
            },
          },
        ],
      },
    });
    expect(other.status).to.equal(201);
    await waitUntil(async () => (await create()).exitCode === 1, { what: "the other to deny" });
    const error = await registerWebhooks(plane, {
      webhooks: [{ name: "configs.example.com", phase: "mutate", rules: [configMaps] }],
      clientConfig: { url: server.url },
      caBundle: server.ca,
      timeoutMs: 100,
    }).then(
      () => expect.fail("it registered"),
      (reason: Error) => reason,
    );
    expect(error.message).to.match(
      /^waited 0\.1 s for the mutate webhooks of "gatewright" to take effect: .*everything is denied/,
    );
    await plane.request(`${path}/a`, { method: "DELETE" });
  });
});
