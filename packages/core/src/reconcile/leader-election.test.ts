import { expect } from "chai";
import { describe, it } from "mocha";
import { createFakeClock, settled } from "../../test/fake-clock.ts";
import { recordingLogger } from "../../test/lines.ts";
import { ClusterError } from "../errors.ts";
import { startLeaderElection } from "./leader-election.ts";
import type { LeaseLock } from "./lease-lock.ts";

const SECOND = 1_000;
const away = () => new ClusterError("connection refused", { status: 0, reason: "Unreachable" });

/** An election whose Lease is as the test says. */
function elected(first: boolean | Error) {
  const clock = createFakeClock();
  const log = recordingLogger();
  const lease = { answer: first as boolean | Error | Promise<boolean>, asked: 0, releases: 0 };
  const lock: LeaseLock = {
    async hold() {
      lease.asked++;
      if (lease.answer instanceof Error) throw lease.answer;
      return lease.answer;
    },
    async release() {
      lease.releases++;
    },
  };
  const work = { terms: 0, running: 0, ended: Promise.withResolvers<void>() };
  let isHeld: () => boolean = () => false;
  const election = startLeaderElection({
    does: "reconciles",
    lock,
    clock,
    log,
    lead(held) {
      isHeld = held;
      work.terms++;
      work.running++;
      return {
        async end() {
          await work.ended.promise;
          work.running--;
        },
      };
    },
  });
  work.ended.resolve();
  const levels = () => log.lines.map(({ level, message }) => `${level}: ${message}`);
  return { clock, lease, work, election, isHeld: () => isHeld(), levels };
}

describe("startLeaderElection(options): LeaderElection", () => {
  it("leads once the Lease is its own, renews it every 2 s, and lets go of it at the end", async () => {
    const { clock, lease, work, election } = elected(false);
    await settled();
    expect(work.terms).to.equal(0);
    expect(election.isLeading()).to.equal(false);
    lease.answer = true;
    await clock.advance(5 * SECOND);
    expect(work.terms).to.equal(1);
    expect(election.isLeading()).to.equal(true);
    const { asked } = lease;
    await clock.advance(60 * SECOND);
    expect(lease.asked - asked).to.be.within(29, 31);
    expect(work).to.include({ terms: 1, running: 1 });
    await Promise.all([election.close(), election.close()]);
    expect(lease.releases).to.equal(1);
    expect(work.running).to.equal(0);
    expect(election.isLeading()).to.equal(false);
    expect(clock.waiting()).to.equal(0);
  });

  it("ends what only the leader does 10 s after the last renewal, and tries again", async () => {
    const { clock, lease, work, election, isHeld, levels } = elected(true);
    await clock.advance(3 * SECOND);
    lease.answer = away();
    await clock.advance(8 * SECOND + 999);
    expect(work).to.include({ terms: 1, running: 1 });
    expect(isHeld()).to.equal(true);
    await clock.advance(1);
    expect(work).to.include({ terms: 1, running: 0 });
    expect(isHeld()).to.equal(false);
    await clock.advance(60 * SECOND);
    expect(work.terms).to.equal(1);
    lease.answer = true;
    await clock.advance(5 * SECOND);
    expect(work).to.include({ terms: 2, running: 1 });
    expect(levels().filter((line) => !line.startsWith("debug"))).to.deep.equal([
      "info: this server reconciles",
      "warn: the Lease cannot be had; trying again",
      "warn: the Lease is lost: another server reconciles now",
      "info: this server reconciles",
    ]);
    await election.close();
  });

  it("ends it at once where somebody else has the Lease", async () => {
    const { clock, lease, work, election } = elected(true);
    await settled();
    lease.answer = false;
    await clock.advance(2 * SECOND);
    expect(work).to.include({ terms: 1, running: 0 });
    await election.close();
  });

  it("knows that the Lease is over while a call hangs", async () => {
    const { clock, lease, election, isHeld } = elected(true);
    await settled();
    const hanging = Promise.withResolvers<boolean>();
    lease.answer = hanging.promise;
    await clock.advance(10 * SECOND);
    expect(isHeld()).to.equal(false);
    expect(election.isLeading()).to.equal(false);
    hanging.resolve(false);
    await election.close();
  });

  it("does not lead again before what it began has ended", async () => {
    const { clock, lease, work, election } = elected(true);
    await settled();
    work.ended = Promise.withResolvers();
    lease.answer = away();
    await clock.advance(15 * SECOND);
    lease.answer = true;
    await clock.advance(60 * SECOND);
    expect(work).to.include({ terms: 1, running: 1 });
    work.ended.resolve();
    await clock.advance(5 * SECOND);
    expect(work).to.include({ terms: 2, running: 1 });
    await election.close();
  });

  it("keeps the Lease where what it began goes on at the end, and does not wait for ever", async () => {
    const { clock, lease, work, election, levels } = elected(true);
    await settled();
    work.ended = Promise.withResolvers();
    let closed = false;
    const closing = election.close().then(() => (closed = true));
    await clock.advance(4 * SECOND);
    expect(closed).to.equal(false);
    await clock.advance(SECOND);
    await closing;
    expect(lease.releases).to.equal(0);
    expect(levels().at(-1)).to.equal(
      "warn: what only the leader does goes on though it was told to end",
    );
    expect(clock.waiting()).to.equal(0);
  });

  it("says once that the Lease cannot be had, and not at all that somebody was faster", async () => {
    const { clock, lease, election, levels } = elected(
      new ClusterError("it exists", { status: 409, reason: "AlreadyExists" }),
    );
    await clock.advance(60 * SECOND);
    lease.answer = new ClusterError("not you", { status: 403, reason: "Forbidden" });
    await clock.advance(60 * SECOND);
    expect(levels().filter((line) => line.startsWith("warn"))).to.have.length(1);
    await election.close();
  });
});
