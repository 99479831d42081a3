import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { settled } from "../../test/fake-clock.ts";
import {
  asTest,
  configMap,
  namespace,
  noting,
  reconciling,
  SECOND,
} from "../../test/reconciling.ts";
import type { ClusterConnection } from "../cluster-connection.ts";
import type { ReconcileContext } from "../reconcile-hook.ts";
import type { DeepReadonly, KubernetesObject } from "../rule-types.ts";

describe("startReconcilers(options), and who leads", () => {
  for (const [how, end] of Object.entries({
    "the Lease is lost": async ({ connection, clock }: Awaited<ReturnType<typeof reconciling>>) => {
      const lease = await connection.get("coordination.k8s.io/v1/leases", "gatewright-quota", {
        namespace: "default",
      });
      const spec = { ...(lease?.spec as object), holderIdentity: "two" };
      await connection.update(
        "coordination.k8s.io/v1/leases",
        { ...lease, spec } as KubernetesObject,
        asTest,
      );
      await clock.advance(3 * SECOND);
    },
    "the server is closed": async ({ reconcilers }: Awaited<ReturnType<typeof reconciling>>) => {
      void reconcilers.close();
      await settled();
    },
  })) {
    it(`aborts what runs where ${how}, lets it write nothing more, and begins nothing`, async () => {
      const over: string[] = [];
      let calls = 0;
      const parts = await reconciling({
        async handle({ name }, { signal, cluster }: ReconcileContext) {
          calls++;
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          for (const verb of [
            () => cluster.create("v1/configmaps", configMap(name, "late")),
            () => cluster.get("v1/namespaces", name),
          ]) {
            try {
              await verb();
            } catch (error) {
              over.push(String((error as { code?: unknown }).code));
            }
          }
          throw signal.reason;
        },
      });
      await end(parts);
      expect(over).to.deep.equal(["GW_RECONCILE_ENDED", "GW_RECONCILE_ENDED"]);
      expect(calls).to.equal(1);
      expect(parts.metric("total")).to.deep.equal([0, 0, 0]);
      expect(parts.metric("leader")).to.deep.equal([0]);
      expect((await parts.connection.list("v1/configmaps")).items).to.deep.equal([]);
      await parts.close();
    });
  }

  it("looks at nothing any more once it has ended", async () => {
    const looked: (string | undefined)[] = [];
    const watches = {
      "v1/configmaps": ({ metadata }: DeepReadonly<KubernetesObject>) => {
        looked.push(metadata?.name);
        return undefined;
      },
    };
    const { connection, reconcilers, close } = await reconciling({ handle() {}, watches });
    await connection.create("v1/configmaps", configMap("shop", "a"), asTest);
    await settled();
    await reconcilers.close();
    await connection.create("v1/configmaps", configMap("shop", "b"), asTest);
    await settled();
    expect(looked).to.deep.equal(["a"]);
    await close();
  });

  it("refuses a verb that is used after the handler has ended", async () => {
    let late: ReconcileContext["cluster"] | undefined;
    const { close } = await reconciling({
      handle(_request, { cluster }) {
        late = cluster;
      },
    });
    expect(() => late?.get("v1/namespaces", "shop"))
      .to.throw("await what you start")
      .with.property("code", "GW_LATE_VERB");
    await close();
  });

  it("leaves it to the server that holds the Lease, and takes over everything from it", async () => {
    const [one, two] = [noting(), noting()];
    const first = await reconciling({ handle: one.handle });
    const { connection } = first;
    const second = await reconciling({ handle: two.handle }, { connection, identity: "two" });
    await connection.create("v1/namespaces", namespace("ice"), asTest);
    await settled();
    expect(one.since()).to.have.members(["default", "shop", "ice"]);
    expect(two.since()).to.deep.equal([]);
    expect([first.metric("leader"), second.metric("leader")]).to.deep.equal([[1], [0]]);
    await first.close();
    await second.clock.advance(5 * SECOND);
    expect(two.since()).to.have.members(["default", "shop", "ice"]);
    await second.close();
  });

  it("waits for its caches before it wants to lead, and ends while it waits", async () => {
    const { handle, seen } = noting();
    const cluster = createFakeCluster();
    const listed = Promise.withResolvers<void>();
    const connection: ClusterConnection = {
      ...cluster,
      list: async (resource, options) => {
        await listed.promise;
        return cluster.list(resource, options);
      },
    };
    const { metric, close } = await reconciling({ handle }, { connection });
    expect(metric("leader")).to.deep.equal([0]);
    listed.resolve();
    await settled();
    expect(metric("leader")).to.deep.equal([1]);
    expect(seen).to.deep.equal(["default"]);
    await close();
    const never = { ...connection, list: () => new Promise<never>(() => {}) };
    const other = await reconciling({ handle }, { connection: never });
    await other.reconcilers.close();
  });
});
