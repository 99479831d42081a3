import { expect } from "chai";
import { describe, it } from "mocha";
import { namespace } from "../../test/scripted-cluster.ts";
import type { KubernetesObject } from "../rule-types.ts";
import { createStore, shared } from "./store.ts";

const pod = (namespace: string, name: string, labels = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name, labels, managedFields: [{ manager: "kubectl" }] },
});
const names = (objects: readonly KubernetesObject[]) =>
  objects.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);

describe("createStore(): Store", () => {
  it("finds by name and namespace, lists by namespace and labels", () => {
    const store = createStore();
    store.replace([pod("x", "a", { app: "web" }), pod("x", "b"), pod("y", "a")]);
    expect(store.get("a", "x")?.metadata?.labels).to.deep.equal({ app: "web" });
    expect(store.get("a")).to.equal(undefined);
    expect(store.get("b", "y")).to.equal(undefined);
    expect(store.get("toString", "constructor")).to.equal(undefined);
    expect(names(store.list())).to.deep.equal(["x/a", "x/b", "y/a"]);
    expect(names(store.list("x"))).to.deep.equal(["x/a", "x/b"]);
    expect(names(store.list("z"))).to.deep.equal([]);
    expect(names(store.list(undefined, (labels) => labels?.["app"] === "web"))).to.deep.equal([
      "x/a",
    ]);
    expect(store.size()).to.equal(3);
  });

  it("gives the same list until something happens, and never changes one that it gave", () => {
    const store = createStore();
    store.replace([pod("x", "a")]);
    const before = store.list();
    expect(store.list()).to.equal(before);
    store.apply({ type: "BOOKMARK", object: pod("", "") });
    expect(store.list()).to.equal(before);
    store.apply({ type: "ADDED", object: pod("x", "b") });
    store.apply({ type: "DELETED", object: pod("x", "a") });
    store.apply({ type: "DELETED", object: pod("x", "never-seen") });
    expect(names(before)).to.deep.equal(["x/a"]);
    expect(names(store.list())).to.deep.equal(["x/b"]);
    expect(() => (before as KubernetesObject[]).push(pod("x", "c"))).to.throw(TypeError);
  });

  it("tells of what changed, by events and by lists, once it has it", () => {
    const store = createStore();
    const version = (object: KubernetesObject | undefined) =>
      object && `${object.metadata?.name}@${object.metadata?.resourceVersion}`;
    const told: string[] = [];
    store.replace([namespace("a", "1"), namespace("b", "2"), namespace("c", "3")]);
    const stop = store.subscribe((before, after) => {
      const name = (after ?? before)?.metadata?.name ?? "";
      expect(store.get(name)).to.equal(after);
      told.push(`${version(before)} ${version(after)}`);
    });
    const since = () => told.splice(0);
    store.apply({ type: "MODIFIED", object: namespace("a", "4") });
    store.apply({ type: "DELETED", object: namespace("b", "5") });
    store.apply({ type: "ADDED", object: namespace("d", "6") });
    store.apply({ type: "BOOKMARK", object: namespace("", "7") });
    expect(since()).to.deep.equal(["a@1 a@4", "b@2 undefined", "undefined d@6"]);
    store.replace([namespace("a", "4"), namespace("c", "8"), namespace("e", "9")]);
    expect(since()).to.deep.equal(["c@3 c@8", "undefined e@9", "d@6 undefined"]);
    stop();
    store.apply({ type: "DELETED", object: namespace("a", "10") });
    expect(since()).to.deep.equal([]);
  });

  it("shares objects that nobody can change, without managedFields", () => {
    const store = createStore();
    store.replace([pod("x", "a", { app: "web" })]);
    const found = store.get("a", "x") as { metadata: { labels: Record<string, string> } };
    expect(found.metadata).to.not.have.property("managedFields");
    expect(() => {
      found.metadata.labels["app"] = "other";
    }).to.throw(TypeError);
    expect(structuredClone(found)).to.deep.equal(found);
    expect(shared(found as never)).to.equal(found);
  });
});
