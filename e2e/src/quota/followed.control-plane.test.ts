import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { isSettled, KEPT, type QuotaConfig, useQuotaBed } from "./quota-bed.ts";

describe("namespace-quota: what changes is followed", () => {
  const bed = useQuotaBed();
  const rule = (hard: Record<string, number>, match = {}): QuotaConfig["rules"][number] => ({
    match: { names: ["quota-*"], ...match },
    quota: hard,
  });
  const quotaPath = (name: string) => `/api/v1/namespaces/${name}/resourcequotas/${KEPT}`;
  const isSaid = (expected: object) => (quota: { spec: { hard: object } }) => {
    expect(quota.spec.hard).to.deep.equal(expected);
    return isSettled(quota);
  };
  const untilGone = (path: string) =>
    waitUntil(async () => (await bed.call(path)).status === 404, { what: `the end of ${path}` });
  const makeConfigMap = (name: string, which: string) =>
    bed.persist(`/api/v1/namespaces/${name}/configmaps`, { body: { metadata: { name: which } } });

  it("namespaces from before it get theirs; a changed configuration is followed; and one that says no more", async () => {
    const name = bed.newName();
    await bed.createNamespace(name);
    for (const which of ["a", "b"]) {
      expect((await makeConfigMap(name, which)).status).to.equal(201);
    }
    const first = await bed.serve({ rules: [rule({ configmaps: 2 })] });
    expect((await makeConfigMap(name, "c")).status).to.equal(403);
    const { metadata, status } = await bed.untilQuota(name, isSaid({ configmaps: "3" }));
    expect(status.used).to.deep.equal({ configmaps: "3" });
    await first.stop();

    const second = await bed.serve({ rules: [rule({ configmaps: 3, "count/secrets": 1 })] });
    const more = await bed.untilQuota(name, isSaid({ configmaps: "4", "count/secrets": "1" }));
    // The same one: it has counted on all the while.
    expect(more.metadata.uid).to.equal(metadata.uid);
    expect((await makeConfigMap(name, "c")).status).to.equal(201);
    expect((await makeConfigMap(name, "d")).status).to.equal(403);
    await second.stop();

    const third = await bed.serve({
      rules: [rule({ configmaps: 1 }, { names: ["quota-other-*"] })],
    });
    await untilGone(quotaPath(name));
    expect((await makeConfigMap(name, "d")).status).to.equal(201);
    await third.stop();
  });

  it("labels and annotations decide, and when they change", async () => {
    const served = await bed.serve({
      rules: [
        rule({ configmaps: 1 }, { labelSelector: "plan in (small, tiny)" }),
        rule({ configmaps: 5 }, { annotations: { plan: "large*" } }),
      ],
    });
    const name = bed.newName();
    await bed.createNamespace(name, { labels: { plan: "small" } });
    await bed.untilQuota(name, isSaid({ configmaps: "2" }));
    const namespace = `/api/v1/namespaces/${name}`;
    const patch = (metadata: object, user: string, at = namespace) =>
      bed.call(at, { method: "PATCH", body: { metadata }, user });
    const change = async (metadata: object) => {
      // Not by alice, by whatever way.
      for (const subresource of ["", "/status", "/finalize"]) {
        const path = `${namespace}${subresource}`;
        const { body: stored } = await bed.call(namespace);
        const refused =
          subresource === "/finalize"
            ? await bed.call(path, { method: "PUT", body: merged(stored, metadata) })
            : await patch(metadata, "alice", path);
        expect(refused.status, refused.text).to.equal(403);
        expect(refused.text).to.include("goes by its labels and annotations");
      }
      const { status } = await patch(metadata, "admin");
      expect(status).to.equal(200);
    };
    await patch({ annotations: { plan: "large-2" } }, "alice");
    await change({ labels: { plan: "medium" } });
    await bed.untilQuota(name, isSaid({ configmaps: "6" }));
    await change({ annotations: { plan: null } });
    await untilGone(quotaPath(name));
    await change({ labels: { plan: "tiny" } });
    expect((await makeConfigMap(name, "a")).status).to.equal(201);
    expect((await makeConfigMap(name, "b")).status).to.equal(403);
    await served.stop();
  });

  it("of two servers one keeps, and the other takes over", async () => {
    const config: QuotaConfig = { rules: [rule({ configmaps: 1 })] };
    const first = await bed.serve(config);
    await bed.createNamespace(bed.newName());
    const second = await bed.serve(config);
    for (const leaving of [first, second]) {
      const name = bed.newName();
      await bed.createNamespace(name);
      expect((await makeConfigMap(name, "a")).status).to.equal(201);
      expect((await makeConfigMap(name, "b")).status).to.equal(403);
      // The registration is the second's: the first one's end leaves it.
      await leaving.stop();
    }
  });

  it("pods wait for their LimitRange, which gives them what the quota asks for", async () => {
    const served = await bed.serve({
      rules: [
        {
          match: { names: ["quota-*"] },
          quota: { "limits.cpu": "1", pods: 5 },
          limitRange: { limits: [{ type: "Container", default: { cpu: "400m" } }] },
        },
      ],
    });
    const name = bed.newName();
    await bed.createNamespace(name);
    const pods = `/api/v1/namespaces/${name}/pods`;
    const pod = (which: string) => ({
      metadata: { name: which },
      spec: { containers: [{ name: "web", image: "nginx" }] },
    });
    const create = (which: string) => bed.persist(pods, { body: pod(which) });
    const made = await create("a");
    expect(made.status, made.text).to.equal(201);
    expect(made.body.spec.containers[0].resources.limits).to.deep.equal({ cpu: "400m" });
    expect((await create("b")).status).to.equal(201);
    const third = await create("c");
    expect(third.status).to.equal(403);
    expect(third.body.message).to.include(
      "exceeded quota: gatewright-quota, requested: limits.cpu=400m, used: limits.cpu=800m, limited: limits.cpu=1",
    );
    // What the API server has filled in is no drift.
    const limits = `/api/v1/namespaces/${name}/limitranges/${KEPT}`;
    const { resourceVersion, generation } = (await bed.call(limits)).body.metadata;
    await bed.call(`/api/v1/namespaces/${name}`, {
      method: "PATCH",
      body: { metadata: { labels: { seen: "again" } } },
    });
    await bed.untilQuota(name);
    expect((await bed.call(limits)).body.metadata).to.deep.include({ resourceVersion });
    expect(generation).to.equal(undefined);
    await served.stop();
  });

  it("the server is away: quotas go on counting; what was done meanwhile is put right", async () => {
    const config: QuotaConfig = { rules: [rule({ configmaps: 1 })] };
    const served = await bed.serve(config);
    const [kept, deleted, changed, fresh] = [0, 1, 2, 3].map(() => bed.newName()) as [
      string,
      string,
      string,
      string,
    ];
    for (const name of [kept, deleted, changed]) {
      await bed.createNamespace(name);
      expect((await makeConfigMap(name, "a")).status).to.equal(201);
    }
    // failurePolicy Fail: nothing counted is let in without it, and no quota can be changed.
    await served.stop({ unregister: false });
    const blocked = await makeConfigMap(kept, "b");
    expect(blocked.status).to.equal(500);
    expect(blocked.text).to.include("failed calling webhook");
    // The registration is deleted, in an emergency: the quotas go on.
    await bed.call("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/quota", {
      method: "DELETE",
    });
    await waitUntil(async () => (await makeConfigMap(kept, "b")).status === 403, {
      what: "the quota to be asked",
    });
    await bed.call(quotaPath(deleted), { method: "DELETE" });
    const hard = { spec: { hard: { configmaps: "99" } } };
    await bed.call(quotaPath(changed), { method: "PATCH", body: hard });
    await bed.createNamespace(fresh);
    for (const which of ["b", "c"]) {
      await waitUntil(async () => (await makeConfigMap(deleted, which)).status === 201, {
        what: "a ConfigMap too many",
      });
    }

    const again = await bed.serve(config);
    for (const name of [kept, deleted, changed, fresh]) {
      await bed.untilQuota(name, isSaid({ configmaps: "2" }));
    }
    const { status } = await bed.untilQuota(deleted);
    expect(status.used).to.deep.equal({ configmaps: "4" });
    expect((await makeConfigMap(deleted, "d")).status).to.equal(403);
    expect((await makeConfigMap(fresh, "a")).status).to.equal(201);
    expect((await makeConfigMap(fresh, "b")).status).to.equal(403);
    await again.stop();
  });
});

/** A namespace with other labels and annotations. */
// oxlint-disable-next-line typescript/no-explicit-any -- as the API server has it
function merged(namespace: any, metadata: { labels?: object; annotations?: object }): object {
  const { labels, annotations } = namespace.metadata;
  const change = { labels: { ...labels, ...metadata.labels } };
  const all = { ...annotations, ...metadata.annotations };
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  return { ...namespace, metadata: { ...namespace.metadata, ...change, annotations: kept } };
}
