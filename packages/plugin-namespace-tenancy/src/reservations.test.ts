import type { Cluster, ClusterConnection, KubernetesObject } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { namespace } from "../test/objects.ts";
import { CONFIG_MAPS, createReservations, type Reservations } from "./reservations.ts";
import type { Subject } from "./subject.ts";

const alice: Subject = { kind: "User", name: "alice" };
const fieldManager = "test";

describe("createReservations(namespace)", () => {
  let connection: ClusterConnection;
  beforeEach(() => {
    connection = createFakeCluster({ objects: [namespace("kube-system")] });
  });
  afterEach(() => connection.close());

  /** What a review has, and what is to happen after the ConfigMap was read. */
  const clusterOf = (meanwhile: (read: KubernetesObject) => Promise<unknown> = async () => {}) =>
    ({
      apply: async (resource: string, object: KubernetesObject) => {
        const read = await connection.apply(resource, object, { fieldManager });
        await meanwhile(read);
        return read;
      },
      update: (resource: string, object: KubernetesObject) =>
        connection.update(resource, object, { fieldManager }),
      delete: connection.delete,
    }) as unknown as Cluster;
  const { signal } = new AbortController();
  const none = async () => new Set<string>();
  const reserve = (reservations: Reservations, cluster: Cluster, name: string) =>
    reservations.reserve(cluster, alice, name, 1, none, signal);
  const stored = async () =>
    (await connection.list(CONFIG_MAPS)).items as readonly (KubernetesObject & { data?: object })[];

  it("tries again where the ConfigMap was deleted meanwhile", async () => {
    let times = 0;
    const cluster = clusterOf(async ({ metadata }) => {
      if (++times > 1) return;
      await connection.delete(CONFIG_MAPS, metadata?.name ?? "", { namespace: "kube-system" });
    });
    expect(await reserve(createReservations("kube-system"), cluster, "a")).to.equal(undefined);
    expect(times).to.equal(2);
    const [configMap] = await stored();
    expect(Object.keys(configMap?.data ?? {})).to.deep.equal(["a"]);
  });

  it("does not try again where there is no such namespace", async () => {
    const error = await reserve(createReservations("gone"), clusterOf(), "a").then(
      () => undefined,
      (thrown: { status?: number }) => thrown,
    );
    expect(error?.status).to.equal(404);
  });

  it("sweeps what is over, and nothing that another replica has written since", async () => {
    const replicas = [
      createReservations("kube-system"),
      createReservations("kube-system"),
    ] as const;
    const cluster = clusterOf();
    await reserve(replicas[0], cluster, "a");
    await replicas[0].sweep(cluster);
    expect(await stored()).to.have.length(1);
    const { now } = Date;
    try {
      Date.now = () => now() + 241_000;
      expect(await reserve(replicas[1], cluster, "b")).to.equal(undefined);
      await replicas[0].sweep(cluster);
      const [configMap] = await stored();
      expect(Object.keys(configMap?.data ?? {})).to.deep.equal(["b"]);
      Date.now = () => now() + 482_000;
      await replicas[1].sweep(cluster);
      expect(await stored()).to.deep.equal([]);
    } finally {
      Date.now = now;
    }
  });
});
