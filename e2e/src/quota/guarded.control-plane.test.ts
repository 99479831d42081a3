import { randomUUID } from "node:crypto";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { isSettled, KEPT, useQuotaBed } from "./quota-bed.ts";

describe("namespace-quota: what is kept, against those who may do everything in RBAC", () => {
  const bed = useQuotaBed();
  before("serve", () =>
    bed.serve({
      rules: [
        {
          match: { names: ["quota-*"] },
          quota: { configmaps: 1, "requests.cpu": "1", "services.nodeports": 0 },
          limitRange: { limits: [{ type: "Container", max: { cpu: "500m" } }] },
        },
      ],
    }),
  );
  let name = "";
  let quotas = "";
  let kept = "";
  before("make a namespace", async () => {
    name = bed.newName();
    quotas = `/api/v1/namespaces/${name}/resourcequotas`;
    kept = `${quotas}/${KEPT}`;
    await bed.createNamespace(name);
    await bed.untilQuota(name);
  });

  const refused = async (args: string[], text: RegExp, input?: object) => {
    const before = await bed.untilQuota(name);
    const { exitCode, stderr } = await bed.kubectl([...args, "--namespace", name], "alice", input);
    expect(exitCode, args.join(" ")).to.equal(1);
    expect(stderr).to.match(text);
    const { spec, metadata } = await bed.untilQuota(name);
    expect({ spec, uid: metadata.uid }).to.deep.equal({
      spec: before.spec,
      uid: before.metadata.uid,
    });
  };
  const isKept = (kind: string, verb: string) =>
    new RegExp(`${kind} "${KEPT}" of namespace "${name}" is kept by Gatewright .* ${verb} by`);

  for (const [kind, resource, spec] of [
    ["ResourceQuota", "resourcequota", { hard: { configmaps: "99" } }],
    ["LimitRange", "limitrange", { limits: [{ type: "Container", max: { cpu: "64" } }] }],
  ] as const) {
    it(`a ${kind} is not changed, by any way there is`, async () => {
      const changed = isKept(kind, "changed");
      const patch = JSON.stringify({ spec });
      await refused(["patch", resource, KEPT, "--type=merge", "-p", patch], changed);
      const labels = '[{"op":"remove","path":"/metadata/labels"}]';
      await refused(["patch", resource, KEPT, "--type=json", "-p", labels], changed);
      const owner = '{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap",';
      const owned = `${owner}"name":"x","uid":"y"}]}}`;
      await refused(["patch", resource, KEPT, "--type=merge", "-p", owned], changed);
      const object = { apiVersion: "v1", kind, metadata: { name: KEPT }, spec };
      const apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
      await refused(apply, changed, object);
      await refused(["replace", "-f", "-"], changed, object);
      await refused(
        ["annotate", resource, KEPT, "quota.gatewright.dev/settled=x", "--overwrite"],
        changed,
      );
      await refused(["annotate", "--all", resource, "a=b"], changed);
    });

    it(`a ${kind} is not deleted, alone or with all others`, async () => {
      const deleted = isKept(kind, "deleted");
      await refused(["delete", resource, KEPT], deleted);
      await refused(["delete", resource, "--all"], deleted);
      await refused(["replace", "--force", "-f", "-"], deleted, {
        apiVersion: "v1",
        kind,
        metadata: { name: KEPT },
        spec,
      });
      const collection = `/api/v1/namespaces/${name}/${resource}s`;
      const { status, text } = await bed.call(collection, { method: "DELETE" });
      expect(status).to.equal(403);
      expect(text).to.include("is kept by Gatewright");
    });

    it(`a ${kind} of the kept name is nobody else's, also in a namespace without a rule`, async () => {
      const body = { metadata: { name: KEPT }, spec };
      const path = `/api/v1/namespaces/default/${resource}s`;
      const { status, text } = await bed.call(path, { body });
      expect(status).to.equal(403);
      expect(text).to.include("the name is Gatewright's own; choose another");
    });
  }

  it("its status is the API server's and the controller's alone", async () => {
    const status = { hard: { configmaps: "99" }, used: { configmaps: "0" } };
    for (const options of [
      { method: "PATCH", body: { status } },
      { method: "PUT", body: { ...(await bed.untilQuota(name)), status } },
    ]) {
      const answer = await bed.call(`${kept}/status`, options);
      expect(answer.status, answer.text).to.equal(403);
      expect(answer.text).to.include("is kept by Gatewright");
    }
  });

  it("kube-root-ca.crt keeps its place: it cannot be given to another ConfigMap", async () => {
    const configMaps = `/api/v1/namespaces/${name}/configmaps`;
    const refused = await bed.call(`${configMaps}/kube-root-ca.crt`, { method: "DELETE" });
    expect(refused.status).to.equal(403);
    expect(refused.body.message).to.include(
      `configmaps "kube-root-ca.crt" of namespace "${name}" is the system's, and not counted against`,
    );
    await bed.call(configMaps, { method: "DELETE" });
    expect((await bed.call(`${configMaps}/kube-root-ca.crt`)).status).to.equal(200);
    // Nor by an owner that there is not, for the garbage collector.
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: randomUUID() };
    const root = (await bed.call(`${configMaps}/kube-root-ca.crt`)).body.metadata.uid;
    const owned = await bed.call(`${configMaps}/kube-root-ca.crt`, {
      method: "PATCH",
      body: { metadata: { ownerReferences: [owner] } },
    });
    expect(owned.status).to.equal(200);
    // What is made afterwards and has such an owner is collected: it has been looked at by then.
    const other = { metadata: { name: "owned", ownerReferences: [owner] } };
    expect((await bed.call(configMaps, { body: other })).status).to.equal(201);
    await waitUntil(async () => (await bed.call(`${configMaps}/owned`)).status === 404, {
      what: "the garbage collector",
    });
    const after = await bed.call(`${configMaps}/kube-root-ca.crt`);
    expect(after.body.metadata.uid).to.equal(root);
    // By an administrator it is; it comes back, and is counted.
    const { status } = await bed.call(`${configMaps}/kube-root-ca.crt`, {
      method: "DELETE",
      user: "admin",
    });
    expect(status).to.equal(200);
    await waitUntil(async () => (await bed.call(`${configMaps}/kube-root-ca.crt`)).status === 200, {
      what: "kube-root-ca.crt",
    });
    await bed.untilQuota(name, ({ status }) => status.used.configmaps === "1");
  });

  it("other quotas are everybody's, and are left alone", async () => {
    const body = { metadata: { name: "own" }, spec: { hard: { secrets: "3" } } };
    expect((await bed.call(quotas, { body })).status).to.equal(201);
    const change = { method: "PATCH", body: { spec: { hard: { secrets: "4" } } } };
    expect((await bed.call(`${quotas}/own`, change)).status).to.equal(200);
    const status = { method: "PATCH", body: { status: { used: { secrets: "0" } } } };
    expect((await bed.call(`${quotas}/own/status`, status)).status).to.equal(200);
    expect((await bed.call(`${quotas}/own`, { method: "DELETE" })).status).to.equal(200);
  });

  it("an administrator's change is undone, and what he deletes comes back", async () => {
    const { metadata } = await bed.untilQuota(name);
    const change = { spec: { hard: { configmaps: "99", secrets: "1", "requests.cpu": null } } };
    const changed = await bed.call(kept, { method: "PATCH", body: change, user: "admin" });
    expect(changed.status, changed.text).to.equal(200);
    const asConfigured = { configmaps: "2", "requests.cpu": "1", "services.nodeports": "0" };
    const isRepaired = ({ spec, status }: { spec: { hard: object }; status: { hard: object } }) => {
      expect(spec.hard).to.deep.equal(asConfigured);
      expect(status.hard).to.deep.equal(asConfigured);
      return true;
    };
    const repaired = await bed.untilQuota(name, (quota) => isRepaired(quota) && isSettled(quota));
    expect(repaired.metadata.uid).to.equal(metadata.uid);

    const deleted = await bed.call(kept, { method: "DELETE", user: "admin" });
    expect(deleted.status).to.equal(200);
    const again = await bed.untilQuota(name, (quota) => isRepaired(quota) && isSettled(quota));
    expect(again.metadata.uid).not.to.equal(metadata.uid);
    const limits = `/api/v1/namespaces/${name}/limitranges/${KEPT}`;
    await bed.call(limits, { method: "DELETE", user: "admin" });
    await waitUntil(async () => (await bed.call(limits)).status === 200, { what: limits });
  });

  it("a count without what is built-in is counted anew", async () => {
    const status = { used: { configmaps: "0" } };
    const { resourceVersion } = (await bed.untilQuota(name)).metadata;
    const made = await bed.call(`${kept}/status`, {
      method: "PATCH",
      body: { metadata: { resourceVersion }, status },
      user: "admin",
    });
    expect(made.status, made.text).to.equal(200);
    // The quota controller would count again within five minutes.
    await bed.untilQuota(name, ({ status, spec }) => {
      expect(status.used).to.deep.include({ configmaps: "1" });
      expect(spec.hard).to.deep.equal({
        configmaps: "2",
        "requests.cpu": "1",
        "services.nodeports": "0",
      });
      return true;
    });
  });

  it("the namespace ends, with all that is in it, and nothing grows meanwhile", async () => {
    const services = `/api/v1/namespaces/${name}/services`;
    const finalizers = ["example.com/hold"];
    const spec = { ports: [{ port: 80 }] };
    const made = await bed.call(services, {
      body: { metadata: { name: "web", finalizers }, spec },
    });
    expect(made.status, made.text).to.equal(201);
    await bed.call(`/api/v1/namespaces/${name}`, { method: "DELETE" });
    await waitUntil(async () => (await bed.call(kept)).status === 404, {
      what: `the end of ${kept}`,
    });
    const patch = (body: object) => bed.call(`${services}/web`, { method: "PATCH", body });
    await waitUntil(
      async () => {
        const { status, text } = await patch({ spec: { type: "NodePort" } });
        expect(status, text).to.equal(429);
        return text.includes("(the namespace is ending)");
      },
      { what: "the refusal" },
    );
    expect((await patch({ spec: { selector: { app: "web" } } })).status).to.equal(200);
    expect((await patch({ metadata: { finalizers: null } })).status).to.equal(200);
    await waitUntil(async () => (await bed.call(`/api/v1/namespaces/${name}`)).status === 404, {
      what: `the end of ${name}`,
    });
  });
});
