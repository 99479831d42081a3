import { type AdmissionRequest, definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { type ServedPlane, startServedPlane } from "../test/served-plane.ts";
import { resourceOfKind } from "./resources.ts";
import { connects, creates, deletes, evicts, updates } from "./reviews.ts";

const rule = { apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] } as const;
const watching = definePlugin({
  name: "watching",
  mutate: {
    rules: [{ ...rule, operations: ["CREATE", "UPDATE", "CONNECT"] }],
    sideEffects: "None",
    handle() {},
  },
  validate: { rules: [{ ...rule, operations: ["*"] }], sideEffects: "None", handle() {} },
});

const pod = (name: string, labels?: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...(labels && { labels }) },
  spec: { containers: [{ name: "web", image: "nginx" }] },
});
const pods = "/api/v1/namespaces/default/pods";

/** What a builder can know: of the objects their names, for the API server defaults the rest. */
function known(request: AdmissionRequest): object {
  const named = (object: AdmissionRequest["object"]) => {
    if (object === null || object.metadata === undefined) return object;
    const { apiVersion, kind, metadata } = object;
    const { name, generateName, namespace } = metadata;
    return { apiVersion, kind, name, generateName, namespace };
  };
  return {
    ...request,
    uid: "",
    object: named(request.object),
    oldObject: named(request.oldObject),
  };
}

describe("creates, updates, deletes, evicts, connects beside a real kube-apiserver", () => {
  let served: ServedPlane;
  const calls: { phase: string; request: AdmissionRequest }[] = [];
  before(async () => {
    served = await startServedPlane({
      webhooks: { "all.gatewright.dev": { plugins: [watching()] } },
      aroundReview: ({ endpoint, request }, next) => {
        if (!request.userInfo.username?.startsWith("system:")) {
          calls.push({ phase: endpoint.phase, request });
        }
        return next();
      },
      apiServerArgs: ["--runtime-config=api/all=true"],
    });
  });
  after(() => served.close());

  /** Sends one request, and gives what the first webhook that was called for it got. */
  async function sent(path: string, method: string, body?: unknown): Promise<AdmissionRequest> {
    calls.length = 0;
    await served.plane.request(path, { method, ...(body === undefined ? {} : { body }) });
    const [call] = calls;
    if (call === undefined) throw new Error(`${method} ${path} came to no webhook`);
    return call.request;
  }
  const user = {
    username: "admin",
    uid: "uid-admin",
    groups: ["system:masters", "system:authenticated"],
  };

  it("creates(pod), and as a dry run, and with a name to be generated", async () => {
    expect(known(creates(pod("a"), { user }))).to.deep.equal(
      known(await sent(pods, "POST", pod("a"))),
    );
    const dry = await sent(`${pods}?dryRun=All&fieldManager=me`, "POST", pod("dry"));
    const options = { fieldManager: "me" };
    expect(known(creates(pod("dry"), { user, dryRun: true, options }))).to.deep.equal(known(dry));
    const unnamed = { ...pod(""), metadata: { generateName: "g-" } };
    expect(known(creates(unnamed, { user }))).to.deep.equal(
      known(await sent(pods, "POST", unnamed)),
    );
  });

  it("updates(old, new), and of subresources", async () => {
    const path = `${pods}/b`;
    await sent(pods, "POST", pod("b"));
    const stored = async () => (await served.plane.request(path)).body as ReturnType<typeof pod>;
    const changed = {
      ...(await stored()),
      metadata: { ...(await stored()).metadata, labels: { a: "b" } },
    };
    expect(known(updates(pod("b"), changed, { user }))).to.deep.equal(
      known(await sent(path, "PUT", changed)),
    );
    for (const subResource of ["status", "ephemeralcontainers"]) {
      const request = updates(pod("b"), pod("b"), { user, subResource });
      expect(known(request)).to.deep.equal(
        known(await sent(`${path}/${subResource}`, "PUT", await stored())),
      );
    }
  });

  it("evicts(pod), connects(pod), deletes(pod), and as an item of a collection", async () => {
    await sent(pods, "POST", pod("c"));
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "c" } };
    const deleteOptions = { dryRun: ["All"] };
    expect(known(evicts(pod("c"), { user, deleteOptions }))).to.deep.equal(
      known(await sent(`${pods}/c/eviction`, "POST", { ...eviction, deleteOptions })),
    );
    const options = { stdin: true, container: "web", command: ["sh", "-c"] };
    const exec = `${pods}/c/exec?stdin=true&container=web&command=sh&command=-c`;
    expect(known(connects(pod("c"), { user, subResource: "exec", options }))).to.deep.equal(
      known(await sent(exec, "POST")),
    );
    for (const subResource of ["attach", "portforward", "proxy"] as const) {
      const method = subResource === "proxy" ? "GET" : "POST";
      expect(known(connects(pod("c"), { user, subResource }))).to.deep.equal(
        known(await sent(`${pods}/c/${subResource}`, method)),
      );
    }
    const now = { gracePeriodSeconds: 0 };
    expect(known(deletes(pod("c"), { user, options: now }))).to.deep.equal(
      known(await sent(`${pods}/c?gracePeriodSeconds=0`, "DELETE")),
    );
    await sent(pods, "POST", pod("d", { only: "d" }));
    expect(known(deletes(pod("d"), { user, name: "" }))).to.deep.equal(
      known(await sent(`${pods}?labelSelector=only%3Dd`, "DELETE")),
    );
  });

  it("creates(namespace), creates(clusterRole), updates(scale), creates(binding)", async () => {
    const metadata = { name: "e" };
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata };
    expect(known(creates(namespace, { user }))).to.deep.equal(
      known(await sent("/api/v1/namespaces", "POST", namespace)),
    );
    const rbac = "rbac.authorization.k8s.io/v1";
    const role = { apiVersion: rbac, kind: "ClusterRole", metadata, rules: [] };
    expect(known(creates(role, { user }))).to.deep.equal(
      known(await sent(`/apis/${rbac}/clusterroles`, "POST", role)),
    );
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: pod("e").spec },
      },
    };
    const deployments = "/apis/apps/v1/namespaces/default/deployments";
    expect(known(creates(deployment, { user }))).to.deep.equal(
      known(await sent(deployments, "POST", deployment)),
    );
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata, spec: { replicas: 2 } };
    const of = { resource: "apps/v1/deployments", subResource: "scale" };
    expect(known(updates(scale, scale, { user, ...of }))).to.deep.equal(
      known(await sent(`${deployments}/e/scale`, "PUT", scale)),
    );
    await sent(pods, "POST", pod("e"));
    const binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata,
      target: { kind: "Node", name: "n" },
    };
    const bound = { user, resource: "v1/pods", subResource: "binding" };
    expect(known(creates(binding, bound))).to.deep.equal(
      known(await sent(`${pods}/e/binding`, "POST", binding)),
    );
  });

  it("users, service accounts and nodes, in their groups", async () => {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const { plane } = served;
    for (const name of ["bob", "system:serviceaccount:shop:builder", "system:node:n1"]) {
      const { body } = await plane.request("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
        body: review,
        headers: { "Impersonate-User": name },
      });
      const { username, groups } = body.status.userInfo as { username: string; groups: string[] };
      const { userInfo } = creates(pod("x"), { user: name });
      expect(userInfo).to.deep.equal({ username, groups });
    }
  });

  it("every built-in kind's resource, and whether it is in a namespace", async () => {
    const { body: groups } = await served.plane.request("/apis");
    const versions = (groups.groups as { versions: { groupVersion: string }[] }[]).flatMap(
      (group) => group.versions.map(({ groupVersion }) => groupVersion),
    );
    const inCluster: string[] = [];
    const guessed: string[] = [];
    for (const apiVersion of ["v1", ...versions]) {
      const { body } = await served.plane.request(
        apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`,
      );
      const resources = body.resources as { name: string; kind: string; namespaced: boolean }[];
      for (const { name, kind, namespaced } of resources) {
        if (name.includes("/")) continue;
        inCluster.push(`${apiVersion}/${name} ${namespaced}`);
        const guess = resourceOfKind(apiVersion, kind);
        guessed.push(`${apiVersion}/${guess.resource} ${guess.namespaced}`);
      }
    }
    expect(guessed).to.deep.equal(inCluster);
    expect(inCluster).to.have.length.above(80);
  });
});
