import { expect } from "chai";
import { describe, it } from "mocha";
import { settled } from "../../test/fake-clock.ts";
import { following, MINUTE, SECOND } from "../../test/following.ts";
import { expired, namespace, scriptedCluster, unreachable } from "../../test/scripted-cluster.ts";
import type { ObjectList } from "../cluster-connection.ts";
import { ClusterError } from "../errors.ts";

describe("startReflector(options): Reflector", () => {
  it("lists, and follows from there", () =>
    following(async ({ cluster, reflector, names, store }) => {
      expect(reflector.isSynced()).to.equal(true);
      expect(reflector.isStale()).to.equal(false);
      const watch = cluster.newest();
      expect(watch.options.resourceVersion).to.equal("10");
      expect(watch.options.timeoutSeconds).to.be.within(300, 600);
      watch.send("ADDED", namespace("b", "11"));
      watch.send("MODIFIED", { ...namespace("a", "12"), spec: { changed: true } });
      watch.send("DELETED", namespace("b", "13"));
      await settled();
      expect(names()).to.deep.equal(["a"]);
      expect(store.get("a")?.spec).to.deep.equal({ changed: true });
      expect(cluster.lists).to.equal(1);
    }));

  it("asks again where the first list is refused, ever more slowly, and says so once", () =>
    following(
      async ({ cluster, clock, reflector, log }) => {
        await clock.advance(3 * MINUTE);
        expect(reflector.isSynced()).to.equal(false);
        expect(reflector.isStale()).to.equal(true);
        expect(cluster.lists).to.be.within(20, 40);
        expect(log.lines.filter(({ level }) => level === "warn")).to.have.length(1);
        cluster.listed = { items: [], resourceVersion: "10" };
        await clock.advance(15 * SECOND);
        expect(reflector.isSynced()).to.equal(true);
        expect(reflector.isStale()).to.equal(false);
      },
      (cluster) => {
        cluster.listed = unreachable();
      },
    ));

  it("takes a list for as old as its question, however long the answer took", () => {
    const listed = Promise.withResolvers<ObjectList>();
    return following(
      async ({ clock, cluster, reflector }) => {
        await clock.advance(5 * SECOND);
        listed.resolve({ items: [namespace("a", "7")], resourceVersion: "10" });
        await settled();
        expect(reflector.isSynced()).to.equal(true);
        expect(reflector.isCurrent()).to.equal(false);
        expect(cluster.watches).to.have.length(1);
      },
      (cluster) => {
        cluster.listed = listed.promise;
        cluster.opened = "hang";
      },
    );
  });

  it("goes on where it was, without a list, when the connection is reset", () =>
    following(async ({ cluster, clock, reflector, names }) => {
      cluster.newest().send("ADDED", namespace("b", "11"));
      await settled();
      cluster.newest().fail(unreachable());
      await clock.advance(SECOND);
      expect(cluster.watches).to.have.length(2);
      expect(cluster.newest().options.resourceVersion).to.equal("11");
      expect(reflector.isStale()).to.equal(false);
      cluster.newest().send("ADDED", namespace("c", "12"));
      await settled();
      expect(names()).to.deep.equal(["a", "b", "c"]);
      expect(cluster.lists).to.equal(1);
    }));

  for (const [how, fail] of Object.entries({
    "before it begins": (cluster: ReturnType<typeof scriptedCluster>) => {
      cluster.opened = expired();
      cluster.newest().fail(unreachable());
    },
    "in an event": (cluster: ReturnType<typeof scriptedCluster>) =>
      cluster.newest().fail(expired()),
    "as what makes no sense": (cluster: ReturnType<typeof scriptedCluster>) =>
      cluster.newest().send("ADDED", { apiVersion: "v1", kind: "Namespace", metadata: {} }),
  })) {
    it(`lists again when a watch cannot go on, ${how}; what is gone is gone`, () =>
      following(async ({ cluster, clock, names }) => {
        cluster.listed = { items: [namespace("z", "20")], resourceVersion: "21" };
        fail(cluster);
        await clock.advance(SECOND);
        cluster.opened = "ok";
        await clock.advance(5 * SECOND);
        expect(names()).to.deep.equal(["z"]);
        expect(cluster.newest().options.resourceVersion).to.equal("21");
      }));
  }

  it("lists at once where a server that was away has forgotten; not so where lists are no help", () =>
    following(async ({ cluster, clock }) => {
      cluster.opened = unreachable();
      cluster.newest().fail(unreachable());
      await clock.advance(40 * SECOND);
      cluster.opened = expired();
      let { length } = cluster.watches;
      while (cluster.watches.length === length) await clock.advance(SECOND / 10);
      await clock.advance(SECOND / 2);
      expect(cluster.lists).to.equal(2);
      ({ length } = cluster.watches);
      await clock.advance(MINUTE);
      expect(cluster.watches.length - length).to.be.within(8, 14);
      cluster.opened = "ok";
    }));

  it("begins a watch again at once that the API server ended, from its last bookmark", () =>
    following(async ({ cluster, clock, reflector }) => {
      await clock.advance(50 * SECOND);
      cluster.newest().send("BOOKMARK", namespace("", "99"));
      await settled();
      cluster.newest().end();
      await settled();
      expect(cluster.watches).to.have.length(2);
      expect(cluster.newest().options.resourceVersion).to.equal("99");
      expect(reflector.isStale()).to.equal(false);
      expect(cluster.lists).to.equal(1);
    }));

  it("ends a watch that does not begin", () =>
    following(
      async ({ cluster, clock }) => {
        await clock.advance(16 * SECOND);
        expect(cluster.watches[0]?.options.signal.aborted).to.equal(true);
        expect(cluster.watches.length).to.equal(2);
      },
      (cluster) => {
        cluster.opened = "hang";
      },
    ));

  it("does not storm a server whose watches end as soon as they begin", () =>
    following(async ({ cluster, clock }) => {
      const before = cluster.watches.length;
      for (let second = 0; second < 120; second++) {
        cluster.newest().end();
        await clock.advance(SECOND);
      }
      expect(cluster.watches.length - before).to.be.within(5, 20);
    }));

  it("waits as long as it is asked to", () =>
    following(
      async ({ cluster, clock }) => {
        await clock.advance(29 * SECOND);
        expect(cluster.lists).to.equal(1);
        await clock.advance(2 * SECOND);
        expect(cluster.lists).to.equal(2);
      },
      (cluster) => {
        const details = { status: 429, reason: "TooManyRequests", retryAfterSeconds: 30 };
        cluster.listed = new ClusterError("not now", details);
      },
    ));

  it("ends while a list hangs", () =>
    following(
      async () => {},
      (cluster) => {
        cluster.listed = "hang";
      },
    ));
});
