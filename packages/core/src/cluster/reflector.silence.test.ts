import { expect } from "chai";
import { describe, it } from "mocha";
import { settled } from "../../test/fake-clock.ts";
import { following, MINUTE, SECOND } from "../../test/following.ts";
import { namespace, unreachable } from "../../test/scripted-cluster.ts";

describe("startReflector(options): Reflector, in silence", () => {
  it("is not stale in hours of quiet, in which bookmarks alone come", () =>
    following(async ({ cluster, clock, reflector }) => {
      for (let minute = 1; minute <= 6 * 60; minute++) {
        await clock.advance(MINUTE);
        expect(reflector.isCurrent(), `minute ${minute}`).to.equal(true);
        cluster.newest().send("BOOKMARK", namespace("", String(100 + minute)));
        await settled();
        if (minute % 7 === 0) cluster.newest().end();
        await settled();
      }
      expect(cluster.lists).to.equal(1);
      expect(cluster.watches).to.have.length(1 + Math.floor(360 / 7));
    }));

  it("begins a watch again in which nothing at all comes, and lists after four of them", () =>
    following(async ({ cluster, clock, reflector, log }) => {
      for (let watch = 1; watch <= 8; watch++) {
        const silent = cluster.newest();
        await clock.advance(60 * SECOND);
        expect(silent.options.signal.aborted).to.equal(false);
        await clock.advance(15 * SECOND);
        expect(silent.options.signal.aborted).to.equal(true);
        expect(cluster.watches).to.have.length(watch + 1);
        expect(cluster.lists).to.equal(1 + Math.floor(watch / 4));
        expect(reflector.isCurrent()).to.equal(true);
      }
      expect(log.written()).to.deep.equal([]);
    }));

  it("counts only watches without a word", () =>
    following(async ({ cluster, clock }) => {
      for (let watch = 1; watch <= 9; watch++) {
        if (watch % 3 === 0) cluster.newest().send("BOOKMARK", namespace("", "99"));
        await clock.advance(76 * SECOND);
      }
      expect(cluster.lists).to.equal(1);
      expect(cluster.newest().options.resourceVersion).to.equal("99");
    }));

  it("is stale when the server that was silent does not answer", () =>
    following(async ({ cluster, clock, reflector }) => {
      cluster.opened = "hang";
      await clock.advance(84 * SECOND);
      expect(reflector.isStale()).to.equal(false);
      await clock.advance(2 * SECOND);
      expect(reflector.isStale()).to.equal(true);
    }));

  it("is current for 2 s after it lost touch, stale after 10 s, and current when it has it again", () =>
    following(async ({ cluster, clock, reflector, log }) => {
      cluster.opened = unreachable();
      cluster.newest().fail(unreachable());
      await clock.advance(SECOND);
      expect(reflector.isCurrent()).to.equal(true);
      await clock.advance(2 * SECOND);
      expect(reflector.isCurrent()).to.equal(false);
      await clock.advance(6 * SECOND);
      expect(reflector.isStale()).to.equal(false);
      await clock.advance(2 * SECOND);
      expect(reflector.isStale()).to.equal(true);
      cluster.opened = "ok";
      await clock.advance(15 * SECOND);
      expect(reflector.isStale()).to.equal(false);
      expect(reflector.isCurrent()).to.equal(true);
      expect(cluster.lists).to.equal(1);
      cluster.newest().send("ADDED", namespace("b", "30"));
      await settled();
      expect(
        log.lines.map(({ level }) => level).filter((level) => level !== "debug"),
      ).to.deep.equal(["warn", "info"]);
    }));

  it("is back within a second, however often a quiet server was away before", () =>
    following(async ({ cluster, clock, reflector }) => {
      for (let restart = 0; restart < 10; restart++) {
        cluster.opened = unreachable();
        cluster.newest().fail(unreachable());
        await clock.advance(20 * SECOND);
        cluster.opened = "ok";
        await clock.advance(MINUTE);
        expect(reflector.isStale()).to.equal(false);
      }
      const { length } = cluster.watches;
      cluster.newest().fail(unreachable());
      await clock.advance(SECOND);
      expect(cluster.watches).to.have.length(length + 1);
      expect(cluster.lists).to.equal(1);
    }));
});
