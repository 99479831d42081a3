import { createPipeline, definePlugin } from "@gatewright/core";
import type { Pod } from "@gatewright/kubernetes-types/core/v1";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod } from "../test/pods.ts";
import { asDryRun, connects, creates, deletes, evicts, updates } from "./reviews.ts";

const podKind = { group: "", version: "v1", kind: "Pod" };
const podResource = { group: "", version: "v1", resource: "pods" };
const alice = { username: "alice", groups: ["system:authenticated"] };
const createOptions = { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" };

describe("creates(object, facts)", () => {
  it("is complete, as kube-apiserver sends it", () => {
    const { uid, ...request } = creates(pod("web"));
    expect(uid).to.match(/^[0-9a-f]{8}-/);
    expect(request).to.deep.equal({
      kind: podKind,
      resource: podResource,
      requestKind: podKind,
      requestResource: podResource,
      name: "web",
      namespace: "shop",
      operation: "CREATE",
      userInfo: alice,
      object: pod("web"),
      oldObject: null,
      dryRun: false,
      options: createOptions,
    });
  });

  it("takes an object as it is typed, and copies it", () => {
    const typed: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { containers: [] },
    };
    const request = creates(typed);
    typed.spec.hostPID = true;
    expect(request.object).to.deep.equal({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", namespace: "default" },
      spec: { containers: [] },
    });
    expect(
      creates({ ...typed, spec: { containers: [], hostIPC: undefined } }).object?.["spec"],
    ).to.deep.equal({ containers: [] });
  });

  it("leaves the name out where it is still to be generated", () => {
    const request = creates({ ...pod("x"), metadata: { generateName: "x-" } });
    expect(request).to.not.have.property("name");
    expect(() => creates({ ...pod("x"), metadata: {} })).to.throw("neither metadata.name nor");
  });

  it("fills in the namespace, and refuses two", () => {
    const bare = { ...pod("a"), metadata: { name: "a" } };
    const of = ({ namespace, object }: ReturnType<typeof creates>) => [
      namespace,
      object?.metadata?.namespace,
    ];
    expect(of(creates(bare))).to.deep.equal(["default", "default"]);
    expect(of(creates(bare, { namespace: "x" }))).to.deep.equal(["x", "x"]);
    expect(() => creates(pod("a"), { namespace: "x" })).to.throw(
      'in namespace "shop", the request in "x"',
    );
    expect(() =>
      updates(pod("a"), { ...pod("a"), metadata: { name: "a", namespace: "x" } }),
    ).to.throw('"shop"');
  });

  it("knows what is in no namespace, and that a Namespace is in itself", () => {
    const of = (object: object, facts = {}) => {
      const request = creates(object, facts);
      return [request.namespace, request.object?.metadata?.namespace];
    };
    const metadata = { name: "a" };
    expect(of({ apiVersion: "v1", kind: "Namespace", metadata })).to.deep.equal(["a", undefined]);
    expect(of({ apiVersion: "v1", kind: "Node", metadata })).to.deep.equal([undefined, undefined]);
    const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata };
    expect(of(widget)).to.deep.equal(["default", "default"]);
    expect(of(widget, { namespace: "" })).to.deep.equal([undefined, undefined]);
  });

  it("takes subresources, resources and options", () => {
    const binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "web" },
      target: { name: "n1" },
    };
    expect(creates(binding, { resource: "v1/pods", subResource: "binding", namespace: "shop" }))
      .to.include({
        subResource: "binding",
        requestSubResource: "binding",
        name: "web",
        namespace: "shop",
      })
      .and.deep.include({
        kind: { ...podKind, kind: "Binding" },
        resource: podResource,
        requestResource: podResource,
      });
    const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
    expect(creates(widget, { resource: "widgetry" }).resource).to.deep.equal({
      group: "example.com",
      version: "v1",
      resource: "widgetry",
    });
    expect(() => creates(widget, { resource: "widgetry/status" })).to.throw(
      "goes into subResource",
    );
    expect(creates(pod("a"), { options: { fieldManager: "me" } }).options).to.deep.equal({
      ...createOptions,
      fieldManager: "me",
    });
  });

  it("refuses what is no object, or does not tell its resource", () => {
    expect(() => creates({ kind: "Pod", metadata: { name: "a" } })).to.throw(
      "lacks apiVersion or kind",
    );
    const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "a" } };
    expect(() => creates(scale)).to.throw("sent to a subresource");
  });
});

describe("updates, deletes, evicts, connects", () => {
  it("updates(oldObject, object): both are there", () => {
    const changed = pod("web", { hostPID: true });
    const request = updates(pod("web"), changed, { subResource: "status", dryRun: true });
    expect(request).to.include({
      operation: "UPDATE",
      name: "web",
      subResource: "status",
      dryRun: true,
    });
    expect(request.object).to.deep.equal(changed);
    expect(request.oldObject).to.deep.equal(pod("web"));
    expect(request.options).to.deep.equal({
      kind: "UpdateOptions",
      apiVersion: "meta.k8s.io/v1",
      dryRun: ["All"],
    });
  });

  it("deletes(object): the object is the old one", () => {
    const request = deletes(pod("web"), { options: { gracePeriodSeconds: 0 } });
    expect(request).to.include({
      operation: "DELETE",
      name: "web",
      namespace: "shop",
      object: null,
    });
    expect(request.oldObject).to.deep.equal(pod("web"));
    expect(request.options).to.deep.equal({
      kind: "DeleteOptions",
      apiVersion: "meta.k8s.io/v1",
      gracePeriodSeconds: 0,
    });
    expect(deletes(pod("web"), { name: "" })).to.not.have.property("name");
  });

  it("evicts(pod): a CREATE of pods/eviction", () => {
    const request = evicts(pod("web"), { deleteOptions: { dryRun: ["All"] }, user: "drainer" });
    expect(request).to.include({
      operation: "CREATE",
      name: "web",
      namespace: "shop",
      subResource: "eviction",
      dryRun: false,
    });
    expect(request.kind).to.deep.equal({ group: "policy", version: "v1", kind: "Eviction" });
    expect(request.resource).to.deep.equal(podResource);
    expect(request.userInfo.username).to.equal("drainer");
    expect(request.object).to.deep.equal({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "web", namespace: "shop" },
      deleteOptions: { dryRun: ["All"] },
    });
  });

  it("connects(to, { subResource, options }): the object is the options", () => {
    const request = connects(pod("web"), { subResource: "exec", options: { command: ["sh"] } });
    expect(request).to.include({
      operation: "CONNECT",
      name: "web",
      namespace: "shop",
      subResource: "exec",
      options: null,
      oldObject: null,
    });
    expect(request.kind).to.deep.equal({ ...podKind, kind: "PodExecOptions" });
    expect(request.requestKind).to.deep.equal(request.kind);
    expect(request.object).to.deep.equal({
      apiVersion: "v1",
      kind: "PodExecOptions",
      command: ["sh"],
    });
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };
    expect(connects(node, { subResource: "proxy" })).to.not.have.property("namespace");
    expect(() => connects(node, { subResource: "exec" })).to.throw("no Node/exec: Pod/attach");
  });

  it("asDryRun(request): says so twice", () => {
    const request = creates(pod("a"), { uid: "u", options: { fieldManager: "me" } });
    const dry = creates(pod("a"), { uid: "u", options: { fieldManager: "me" }, dryRun: true });
    expect(asDryRun(request)).to.deep.equal(dry);
    expect(dry.options).to.deep.include({ dryRun: ["All"], fieldManager: "me" });
    expect(request.dryRun).to.equal(false);
  });

  it("is taken by a server", async () => {
    const seen: string[] = [];
    const rule = {
      apiGroups: ["*"],
      apiVersions: ["*"],
      resources: ["*/*"],
      operations: ["*"],
    } as const;
    const seeing = definePlugin({
      name: "seeing",
      validate: { rules: [rule], sideEffects: "None", handle: ({ uid }) => void seen.push(uid) },
    });
    const pipeline = await createPipeline({
      webhooks: { "a.example.com": { plugins: [seeing()] } },
    });
    const requests = [
      creates(pod("a")),
      updates(pod("a"), pod("a")),
      deletes(pod("a")),
      evicts(pod("a")),
      connects(pod("a"), { subResource: "exec" }),
    ];
    for (const request of requests)
      await pipeline.reviewers.get("/validate/a.example.com")?.review(request);
    await pipeline.close();
    expect(seen).to.deep.equal(requests.map(({ uid }) => uid));
  });
});
