import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { expectAllowed, expectRefused, useTenancyBed, within } from "./tenancy-bed.ts";

/** A call that a stranger makes, and what an answer to a tenant has that got past the webhook. */
interface Attack {
  method: string;
  path: string;
  body?: object;
  contentType?: string;
}

describe("namespace-tenancy, attack lists 8 and 10: whatever the door", () => {
  const bed = useTenancyBed();
  let name = "";
  const apps = (rest: string) => `/apis/apps/v1/namespaces/${name}/${rest}`;
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "nginx" }] },
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 0, selector: { matchLabels: { app: "web" } }, template },
  };

  before("a namespace of ann's, with something in it", async () => {
    name = await bed.annsNamespace();
    await waitUntil(
      async () => (await bed.call("admin", within(name, "serviceaccounts/default"))).status === 200,
      { what: "its account" },
    );
    const pod = { metadata: { name: "web" }, spec: template.spec };
    expectAllowed(await bed.call("ann", within(name, "pods"), { body: pod }));
    const service = { metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
    expectAllowed(await bed.call("ann", within(name, "services"), { body: service }));
    expectAllowed(await bed.call("ann", apps("deployments"), { body: deployment }));
  });

  const attacks = (): Record<string, Attack> => ({
    "pods/eviction": {
      method: "POST",
      path: within(name, "pods/web/eviction?dryRun=All"),
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "web" } },
    },
    "pods/exec": { method: "POST", path: within(name, "pods/web/exec?command=sh&stdin=true") },
    "pods/exec by GET": { method: "GET", path: within(name, "pods/web/exec?command=sh") },
    "pods/attach": { method: "POST", path: within(name, "pods/web/attach") },
    "pods/portforward": { method: "POST", path: within(name, "pods/web/portforward") },
    "pods/proxy": { method: "GET", path: within(name, "pods/web/proxy/") },
    "pods/proxy by POST": { method: "POST", path: within(name, "pods/web:80/proxy/admin") },
    "services/proxy": { method: "GET", path: within(name, "services/web/proxy/") },
    "pods/ephemeralcontainers": {
      method: "PATCH",
      path: within(name, "pods/web/ephemeralcontainers?dryRun=All"),
      body: { spec: { ephemeralContainers: [{ name: "debug", image: "busybox" }] } },
      contentType: "application/strategic-merge-patch+json",
    },
    "pods/resize": {
      method: "PATCH",
      path: within(name, "pods/web/resize?dryRun=All"),
      body: { metadata: { annotations: { a: "b" } } },
    },
    "pods/binding": {
      method: "POST",
      path: within(name, "pods/web/binding?dryRun=All"),
      body: { metadata: { name: "web" }, target: { kind: "Node", name: "n1" } },
    },
    bindings: {
      method: "POST",
      path: within(name, "bindings?dryRun=All"),
      body: { metadata: { name: "web" }, target: { kind: "Node", name: "n1" } },
    },
    "pods/status": {
      method: "PATCH",
      path: within(name, "pods/web/status?dryRun=All"),
      body: { status: { phase: "Running" } },
    },
    "deployments/scale": {
      method: "PATCH",
      path: apps("deployments/web/scale?dryRun=All"),
      body: { spec: { replicas: 3 } },
    },
    "deployments/status": {
      method: "PATCH",
      path: apps("deployments/web/status?dryRun=All"),
      body: { status: { replicas: 3 } },
    },
  });

  it("8: subresources: strangers get nowhere, members past the webhook", async () => {
    for (const [what, { path, ...request }] of Object.entries(attacks())) {
      const answer = await bed.call("ben", path, request);
      expectRefused(answer, `user "ben" is not a member of namespace "${name}" (owners: ann)`);
      // What becomes of it without a kubelet is another matter.
      const member = await bed.call("cem", path, request);
      expect(member.text, what).not.to.include("admission webhook");
      expect(member.status, `${what}: ${member.text}`).not.to.equal(403);
    }
  });

  it("8: kubectl exec, attach, scale, delete, label, create and annotate fail in our words", async () => {
    const refused = `admission webhook "tenancy.e2e.gatewright.dev" denied the request: user "ben" is not a member of namespace "${name}" (owners: ann)`;
    for (const args of [
      ["exec", "web", "--", "true"],
      ["attach", "web"],
      ["scale", "deployment", "web", "--replicas=2"],
      ["delete", "pod", "web", "--wait=false"],
      ["label", "pod", "web", "a=b"],
      ["create", "configmap", "a"],
      ["annotate", "namespace", name, "a=b"],
    ]) {
      const { exitCode, stderr } = await bed.kubectl("ben", ["--namespace", name, ...args]);
      expect(exitCode, args.join(" ")).not.to.equal(0);
      expect(stderr, args.join(" ")).to.include(refused);
    }
  });

  it("10: a dry run: the same verdict, and nothing is left", async () => {
    const body = { metadata: { name: "rehearsed" } };
    const path = within(name, "configmaps?dryRun=All");
    expectRefused(await bed.call("ben", path, { body }), /is not a member/);
    expectAllowed(await bed.call("cem", path, { body }));
    expect((await bed.call("admin", within(name, "configmaps/rehearsed"))).status).to.equal(404);
    const namespace = { metadata: { name: bed.newName() } };
    const rehearsed = await bed.call("ben", "/api/v1/namespaces?dryRun=All", { body: namespace });
    expectAllowed(rehearsed);
    expect(rehearsed.body.metadata.annotations).to.include.keys("tenancy.gatewright.dev/owners");
    expect((await bed.stored(namespace.metadata.name)).code).to.equal(404);
  });

  it("10: cluster-scoped kinds are RBAC's", async () => {
    for (const [path, body] of Object.entries({
      "/api/v1/persistentvolumes": {
        metadata: { name: "x" },
        spec: {
          capacity: { storage: "1Gi" },
          accessModes: ["ReadWriteOnce"],
          hostPath: { path: "/x" },
        },
      },
      "/apis/scheduling.k8s.io/v1/priorityclasses": { metadata: { name: "x" }, value: 1 },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles": { metadata: { name: "x" }, rules: [] },
    })) {
      expectAllowed(await bed.call("ben", `${path}?dryRun=All`, { body }));
      const answer = await bed.call("alice", `${path}?dryRun=All`, { body });
      expect(answer.body.message).to.match(/is forbidden: User "alice" cannot create/);
    }
  });

  it("10: another API version of a kind, and kinds that are served in several groups", async () => {
    const spec = {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      maxReplicas: 2,
    };
    for (const version of ["autoscaling/v1", "autoscaling/v2"]) {
      const path = `/apis/${version}/namespaces/${name}/horizontalpodautoscalers?dryRun=All`;
      expectRefused(
        await bed.call("ben", path, { body: { metadata: { name: "x" }, spec } }),
        /is not a member/,
      );
      expectAllowed(await bed.call("cem", path, { body: { metadata: { name: "x" }, spec } }));
    }
    const event = {
      metadata: { name: "x" },
      involvedObject: { kind: "Pod", name: "web", namespace: name },
      reason: "Forged",
    };
    expectRefused(
      await bed.call("ben", within(name, "events"), { body: event }),
      /is not a member/,
    );
  });

  it("10: custom resources, of whichever version", async () => {
    const version = (of: string, storage: boolean) => ({
      name: of,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    });
    const definition = {
      metadata: { name: "widgets.tenancy.example.com" },
      spec: {
        group: "tenancy.example.com",
        scope: "Namespaced",
        names: { kind: "Widget", plural: "widgets" },
        versions: [version("v1", true), version("v1beta1", false)],
      },
    };
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    expectAllowed(await bed.call("admin", path, { body: definition }));
    for (const served of ["v1", "v1beta1"]) {
      const widgets = `/apis/tenancy.example.com/${served}/namespaces/${name}/widgets`;
      const body = {
        apiVersion: `tenancy.example.com/${served}`,
        kind: "Widget",
        metadata: { name: `w-${served}` },
      };
      await waitUntil(async () => (await bed.call("admin", widgets)).status === 200, {
        what: widgets,
      });
      expectRefused(await bed.call("ben", widgets, { body }), /is not a member/);
      expectAllowed(await bed.call("cem", widgets, { body }));
    }
    await bed.call("admin", `${path}/${definition.metadata.name}`, { method: "DELETE" });
  });

  it("10: a namespace that is not there is the API server's to tell of", async () => {
    const answer = await bed.call("ben", within("no-such-namespace", "configmaps"), {
      body: { metadata: { name: "a" } },
    });
    expect(answer.status).to.equal(404);
    expect(answer.text).not.to.include("admission webhook");
  });
});
