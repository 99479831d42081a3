import { expect } from "chai";
import { describe, it } from "mocha";
import { applyPatch } from "../test/json-patch.ts";
import { type Handler, loaded, observed, plugin, podRequest } from "../test/reviews.ts";
import { gate } from "../test/servers.ts";
import type { AdmissionRequest } from "./admission.ts";
import { mutate, type Mutation } from "./mutate.ts";
import type { PluginEntry } from "./webhook.ts";

const sync = (handle: Handler): Handler => handle;

async function run(
  handlers: Record<string, Handler>,
  facts: Partial<AdmissionRequest> = {},
  policy: Omit<PluginEntry, "plugin"> = {},
): Promise<Mutation & { request: AdmissionRequest }> {
  const request = podRequest(facts);
  const before = structuredClone(request);
  const entries = Object.entries(handlers).map(([name, handle]) => ({
    ...policy,
    plugin: plugin(name, { mutate: handle }),
  }));
  const deadline = performance.now() + 60_000;
  const text = JSON.stringify(request);
  const { observer } = observed();
  const mutation = await mutate(await loaded(entries), request, deadline, () => text, observer);
  expect(request).to.deep.equal(before);
  return { ...mutation, request };
}

const faultsIn = ({ results }: Mutation) =>
  results.flatMap(({ plugin: { name }, fault }) => (fault ? [`${name} ${fault.code}`] : []));

const label =
  (key: string, value = "1"): Handler =>
  ({ object }) => {
    object.metadata.labels[key] = value;
  };

describe("mutate(plugins, request, deadline, source, observer): Promise<Mutation>", () => {
  it("runs them one after another, each on what the one before left", async () => {
    const seen: string[] = [];
    const step =
      (name: string): Handler =>
      async ({ object }) => {
        seen.push(`${name} sees ${object.metadata.labels["by"] ?? "nothing"}`);
        await new Promise((resolve) => setImmediate(resolve));
        object.metadata.labels["by"] = name;
      };
    const mutation = await run({ c: step("c"), a: step("a"), b: step("b") });
    expect(seen).to.deep.equal(["c sees nothing", "a sees c", "b sees a"]);
    expect(mutation.patch).to.deep.equal([{ op: "add", path: "/metadata/labels/by", value: "b" }]);
  });

  it("compares once, against what was received: what was undone is in no patch", async () => {
    const remove = sync(({ object }) => void delete object.metadata.labels["x"]);
    const { patch } = await run({ add: label("x"), remove });
    expect(patch).to.deep.equal([]);
  });

  it("has no patch where nothing was changed, nor where there is no object", async () => {
    expect((await run({ a: () => {} })).patch).to.deep.equal([]);
    expect((await run({ a: label("app", "web") })).patch).to.deep.equal([]);
    const seen: unknown[] = [];
    const onDelete = await run({ a: ({ object }) => seen.push(object) }, { object: null });
    expect(seen).to.deep.equal([null]);
    expect(onDelete.patch).to.deep.equal([]);
  });

  const throwing: Record<string, Handler> = {
    "a throw": ({ object }) => {
      object.metadata.labels["half"] = "done";
      object.spec.containers.length = 0;
      throw new Error("broken");
    },
    "a rejection, with writes on both sides of an await": async ({ object }) => {
      object.metadata.labels["half"] = "done";
      await Promise.resolve();
      object.spec["containers"] = [];
      throw new Error("broken");
    },
    "a value that JSON does not have": ({ object }) => {
      object.metadata.labels["half"] = "done";
      object.spec["replicas"] = NaN;
    },
    "a circle": ({ object }) => {
      object.metadata.labels["half"] = "done";
      object.spec["self"] = object;
    },
  };
  for (const [what, handle] of Object.entries(throwing)) {
    it(`takes ${what} for a mutator that did not run; those behind it do`, async () => {
      const seen: unknown[] = [];
      const look: Handler = ({ object }, { deny }) => {
        seen.push(JSON.parse(JSON.stringify(object)));
        deny("denied all the same");
      };
      const mutation = await run({ first: label("first"), bad: handle, look });
      const { request, results, patch } = mutation;
      const first = { op: "add" as const, path: "/metadata/labels/first", value: "1" };
      expect(seen).to.deep.equal([applyPatch(request.object, [first])]);
      expect(patch).to.deep.equal([first]);
      expect(faultsIn(mutation)).to.have.length(1);
      expect(results[2]?.findings.denials).to.have.length(1);
    });
  }

  it("takes no change of one that overran, however late it writes", async () => {
    const held = gate();
    const late = gate();
    let afterwards: unknown;
    const slow: Handler = async ({ object }) => {
      const { labels } = object.metadata;
      labels["early"] = "1";
      await held.passed;
      try {
        labels["late"] = "1";
      } catch (error) {
        afterwards = error;
      }
      late.open();
    };
    const hurry: Handler = ({ object }) => {
      held.open();
      object.metadata.labels["hurry"] = "1";
    };
    const mutation = await run({ slow, hurry }, {}, { timeoutSeconds: 0.01 });
    await late.passed;
    expect(faultsIn(mutation)).to.deep.equal(["slow GW_PLUGIN_TIMEOUT"]);
    expect(mutation.patch.map(({ path }) => path)).to.deep.equal(["/metadata/labels/hurry"]);
    expect(afterwards).to.have.property("code", "GW_READ_ONLY");
  });

  it("gives no draft to keep: what is written to it afterwards throws", async () => {
    let kept: Record<string, string> = {};
    await run({ keep: ({ object }) => void (kept = object.metadata.labels) });
    expect(() => (kept["a"] = "1")).to.throw(/after its mutator had ended/);
  });

  it("lets nothing but the object be written to", async () => {
    const writes: Record<string, Handler> = {
      object: (request) => void ((request as { object: unknown }).object = {}),
      resource: ({ resource }) => void Object.assign(resource as object, { resource: "nodes" }),
      old: ({ oldObject }) => void delete oldObject?.["kind"],
      user: ({ userInfo }) => void (userInfo as { groups: string[] }).groups.push("system:masters"),
    };
    const mutation = await run(writes, { oldObject: podRequest().object });
    expect(faultsIn(mutation)).to.deep.equal(
      Object.keys(writes).map((name) => `${name} GW_READ_ONLY`),
    );
  });

  it("takes parts of the old object into the new one", async () => {
    const restore: Handler = ({ object, oldObject }) => {
      object.spec = oldObject?.spec as typeof object.spec;
    };
    const edit: Handler = ({ object }) => void (object.spec["nodeName"] = "n");
    const old = podRequest({}).object as { spec: { containers: object[] } };
    old.spec.containers.push({ name: "old" });
    const mutation = await run({ restore, edit }, { oldObject: old });
    expect(faultsIn(mutation)).to.deep.equal([]);
    const stored = applyPatch(mutation.request.object, mutation.patch);
    expect(stored?.["spec"]).to.deep.equal({ ...old.spec, nodeName: "n" });
  });

  it("does not let a later mutator change what an earlier one keeps", async () => {
    const template = { name: "sidecar", image: "one" };
    const inject: Handler = ({ object }) => void object.spec.containers.push(template);
    const rename: Handler = ({ object }) => {
      for (const container of object.spec.containers) container["image"] = "two";
    };
    const mutation = await run({ inject, rename });
    expect(template.image).to.equal("one");
    expect(JSON.stringify(mutation.patch)).to.include('{"name":"sidecar","image":"two"}');
  });

  it("says what unenforced ones would have changed, and changes nothing", async () => {
    for (const enforcement of ["warn", "audit"] as const) {
      const seen: string[] = [];
      const look: Handler = ({ object }) => void seen.push(...Object.keys(object.metadata.labels));
      const mutation = await run({ one: label("x"), two: label("y"), look }, {}, { enforcement });
      expect(mutation.patch).to.deep.equal([]);
      expect(seen).to.deep.equal(["app"]);
      const would = [...mutation.unenforced].map(([{ name }, patch]) => [name, patch[0]?.path]);
      expect(would).to.deep.equal([
        ["one", "/metadata/labels/x"],
        ["two", "/metadata/labels/y"],
      ]);
    }
  });

  it("blames the one that moved a number that was rounded", async () => {
    const text = '{"list":[9007199254740993,1],"metadata":{"labels":{}}}';
    const request = podRequest({ object: JSON.parse(text) as AdmissionRequest["object"] });
    const shift: Handler = ({ object }) => void (object["list"] as number[]).reverse();
    for (const handlers of [
      { a: label("x"), shift, b: label("y") },
      { shift, a: label("x") },
      { a: label("x"), shift },
    ]) {
      const entries = Object.entries(handlers).map(([name, handle]) =>
        plugin(name, { mutate: handle }),
      );
      const deadline = performance.now() + 60_000;
      const { observer } = observed();
      const mutation = await mutate(await loaded(entries), request, deadline, () => text, observer);
      expect(faultsIn(mutation)).to.deep.equal(["shift GW_PATCH_INEXACT"]);
      expect(mutation.patch).to.deep.equal([]);
    }
  });
});
