import type { Logger } from "@gatewright/core";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import {
  expectAllowed,
  expectRefused,
  MEMBERS,
  OWNERS,
  subjects,
  UNOWNED,
  useTenancyBed,
  within,
} from "./tenancy-bed.ts";

const NAMESPACES = "/api/v1/namespaces";

describe("namespace-tenancy, attack list 11: while nobody looked", () => {
  const bed = useTenancyBed({}, { serve: false });
  const annotate = (user: string, name: string, annotations: object) =>
    bed.call(user, `${NAMESPACES}/${name}`, {
      method: "PATCH",
      body: { metadata: { annotations } },
    });
  const write = (user: string, name: string, which: string) =>
    bed.call(user, within(name, "configmaps"), { body: { metadata: { name: which } } });
  const kept = (name: string) =>
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/rolebindings/gatewright-owners`;
  const untilKept = (name: string, ...owners: string[]) =>
    waitUntil(
      async () => {
        const { body } = await bed.call("admin", kept(name));
        const names = ((body.subjects ?? []) as { name: string }[]).map((one) => one.name);
        expect(names).to.deep.equal(owners);
        return true;
      },
      { what: `the RoleBinding of ${name}` },
    );

  it("11: the server stopped, namespaces changed behind its back, started again: found, reported, repaired", async () => {
    const first = await bed.start();
    const { unregister } = await bed.register(first.server);
    const [missing, malformed, drifted, fine] = [
      await bed.annsNamespace(),
      await bed.annsNamespace(),
      await bed.annsNamespace(),
      await bed.annsNamespace(),
    ];
    const all = [missing, malformed, drifted, fine];
    for (const name of all) await untilKept(name, "ann");

    await first.close();
    // failurePolicy Fail: nobody writes while nobody judges.
    const away = await write("ann", fine, "away");
    expect(away.status, away.text).to.equal(500);
    expect(away.body.message).to.include("failed calling webhook");
    // A cloud that rewrites webhooks, or an administrator in need.
    await unregister();
    expectAllowed(await annotate("ben", missing, { [OWNERS]: null, [MEMBERS]: null }));
    expectAllowed(await annotate("ben", malformed, { [OWNERS]: "ben" }));
    const foreign = { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ben" };
    expectAllowed(
      await bed.call("ben", kept(drifted), { method: "PATCH", body: { subjects: [foreign] } }),
    );

    const lines: string[] = [];
    const second = await bed.start({ log: collect(lines), metrics: true });
    await bed.register(second.server);

    // Closed from the first review on, whoever holds the Lease.
    for (const [name, why] of [
      [missing, /it had owners, and annotation/],
      [malformed, /it is no JSON/],
    ] as const) {
      for (const user of ["ann", "ben", "cem"]) {
        expectRefused(
          await write(user, name, "x"),
          /^namespace ".*" is closed to all but administrators: /,
        );
        expectRefused(await write(user, name, "x"), why);
        expectRefused(await annotate(user, name, { [OWNERS]: subjects(user) }), why);
        expectRefused(await bed.call(user, `${NAMESPACES}/${name}`, { method: "DELETE" }), why);
      }
    }
    await untilKept(drifted, "ann");
    expectAllowed(await write("ann", fine, "x"));
    await waitUntil(
      async () => {
        expect(await gauges(second.server.metricsPort)).to.include({ missing: 1, malformed: 1 });
        return true;
      },
      { what: "both to be counted" },
    );
    expect(
      lines.filter((line) => line.includes(missing) && line.includes("is missing")),
    ).to.have.length(1);
    expect(
      lines.filter((line) => line.includes(malformed) && line.includes("no JSON")),
    ).to.have.length(1);
    // What tells who it was is still there.
    await untilKept(missing, "ann");

    const touched = await bed.kubectl("admin", ["annotate", "namespace", missing, "looked=at"]);
    expect(touched.stderr).to.match(
      /^Warning: namespace ".*" is closed to all but administrators: it had owners/,
    );
    expectAllowed(await annotate("admin", missing, { [OWNERS]: subjects("ann") }));
    expectAllowed(await annotate("admin", malformed, { [OWNERS]: subjects("ann") }));
    for (const name of [missing, malformed]) {
      await waitUntil(
        async () => {
          expectAllowed(await write("ann", name, `repaired-${Date.now()}`));
          return true;
        },
        { what: "the owner to be back", timeoutMs: 2_000 },
      );
      await untilKept(name, "ann");
    }
    await waitUntil(
      async () => {
        expect(await gauges(second.server.metricsPort)).to.include({ missing: 0, malformed: 0 });
        return true;
      },
      { what: "none to be left" },
    );
  });

  it("11: drift is repaired, and what an administrator releases is nobody's", async () => {
    // The server of before goes on.
    const name = await bed.annsNamespace();
    await untilKept(name, "ann");
    expectAllowed(await bed.call("admin", kept(name), { method: "DELETE" }));
    await untilKept(name, "ann");
    expectAllowed(await bed.call("admin", kept(name), { method: "PATCH", body: { subjects: [] } }));
    await untilKept(name, "ann");

    const removal = await annotate("admin", name, { [OWNERS]: null, [MEMBERS]: null });
    expectAllowed(removal);
    expect(removal.headers.warning).to.include("is closed to all but administrators");
    expectAllowed(await annotate("admin", name, { [UNOWNED]: "true" }));
    await waitUntil(async () => (await bed.call("admin", kept(name))).status === 404, {
      what: "its RoleBinding to go",
    });
    await waitUntil(
      async () => {
        expectAllowed(await write("ben", name, `open-${Date.now()}`));
        return true;
      },
      { what: "it to be open", timeoutMs: 2_000 },
    );
  });
});

describe("namespace-tenancy, unowned: closed", () => {
  const bed = useTenancyBed({
    unowned: "closed",
    controllers: ["ben"],
    administrators: [
      { kind: "Group", name: "system:masters" },
      { kind: "User", name: "cem" },
    ],
  });

  it("takes writes of administrators, controllers and the server alone", async () => {
    const open = await bed.createNamespace("admin");
    let made = 0;
    const write = (user: string) =>
      bed.call(user, within(open, "configmaps"), { body: { metadata: { name: `c-${made++}` } } });
    const closed = `namespace "${open}" is closed to all but administrators: it has no owner`;
    expectRefused(await write("ann"), closed);
    const path = `${NAMESPACES}/${open}`;
    expectRefused(await bed.call("ann", path, { method: "DELETE" }), closed);
    for (const user of ["admin", "ben", "cem"]) expectAllowed(await write(user));
    // Kubernetes' own go on: each namespace gets its account and its ConfigMap.
    await waitUntil(
      async () =>
        (await bed.call("admin", within(open, "configmaps/kube-root-ca.crt"))).status === 200 &&
        (await bed.call("admin", within(open, "serviceaccounts/default"))).status === 200,
      { what: "what controllers make" },
    );
    // By creating one, ann has one of her own.
    const own = await bed.createNamespace("ann");
    expectAllowed(
      await bed.call("ann", within(own, "configmaps"), { body: { metadata: { name: "a" } } }),
    );
  });
});

async function gauges(port: number | undefined): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.matchAll(/^gatewright_namespace_tenancy_namespaces\{(.*)\} (\d+)$/gm);
  return Object.fromEntries(
    [...lines].map(([, labels = "", value]) => [
      /ownership="(\w+)"/.exec(labels)?.[1] ?? "",
      Number(value),
    ]),
  );
}

/** Keeps messages of warnings. */
function collect(lines: string[]): Logger {
  const nothing = () => {};
  const log: Logger = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (...given: unknown[]) =>
      void lines.push(given.filter((one) => typeof one === "string").join(" ")),
    child: () => log,
  };
  return log;
}
