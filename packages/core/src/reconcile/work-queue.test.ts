import { expect } from "chai";
import { describe, it } from "mocha";
import { createFakeClock, settled } from "../../test/fake-clock.ts";
import { startWorkQueue } from "./work-queue.ts";

const SECOND = 1_000;

/** A queue whose work takes as long as the test says. */
function started({ concurrency = 1 } = {}) {
  const clock = createFakeClock();
  const over = new AbortController();
  const begun: string[] = [];
  const running = new Map<string, () => void>();
  const work = (key: string) =>
    new Promise<void>((resolve) => {
      begun.push(key);
      running.set(key, resolve);
    });
  const queue = startWorkQueue({ work, concurrency, clock, signal: over.signal });
  const finish = async (key: string) => {
    await settled();
    running.get(key)?.();
    running.delete(key);
    await settled();
  };
  const finishAll = async () => {
    for (await settled(); running.size > 0; await settled()) {
      for (const key of running.keys()) await finish(key);
    }
  };
  const end = async () => {
    over.abort();
    await finishAll();
    await queue.ended();
    expect(clock.waiting()).to.equal(0);
  };
  return { queue, clock, over, begun, running, finish, finishAll, end };
}

describe("startWorkQueue({ work, concurrency, clock, signal }): WorkQueue", () => {
  it("works on each key once, however often it was asked for, in their order", async () => {
    const { queue, begun, finishAll, end } = started();
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    expect(queue.depth()).to.equal(3);
    await finishAll();
    expect(begun).to.deep.equal(["a", "b", "c"]);
    expect(queue.depth()).to.equal(0);
    await end();
  });

  it("works on a key once more that is asked for while it is worked on, and never twice at a time", async () => {
    const { queue, begun, finish, finishAll, end } = started({ concurrency: 3 });
    queue.add("a");
    await settled();
    queue.add("a");
    queue.add("a");
    queue.addLast("a");
    await settled();
    expect(begun).to.deep.equal(["a"]);
    await finish("a");
    expect(begun).to.deep.equal(["a", "a"]);
    await finishAll();
    expect(begun).to.deep.equal(["a", "a"]);
    await end();
  });

  it("works on so many keys side by side, and no more", async () => {
    const { queue, begun, running, finish, end } = started({ concurrency: 2 });
    for (const key of ["a", "b", "c"]) queue.add(key);
    await settled();
    expect([...running.keys()]).to.deep.equal(["a", "b"]);
    await finish("b");
    expect(begun).to.deep.equal(["a", "b", "c"]);
    await end();
  });

  it("lets those wait that may, until they are asked for themselves", async () => {
    const { queue, begun, finishAll, end } = started();
    for (const key of ["a", "b", "c", "d"]) queue.addLast(key);
    await settled();
    queue.add("new");
    queue.add("d");
    queue.addLast("new");
    await finishAll();
    expect(begun).to.deep.equal(["a", "new", "d", "b", "c"]);
    await end();
  });

  it("asks again after a time, the sooner of two, and not in the meantime", async () => {
    const { queue, clock, begun, finishAll, end } = started();
    queue.addAfter("a", 60 * SECOND);
    queue.addAfter("b", 20 * SECOND);
    queue.addAfter("a", 30 * SECOND);
    queue.addAfter("a", 40 * SECOND);
    await clock.advance(19 * SECOND);
    expect(begun).to.deep.equal([]);
    await clock.advance(SECOND);
    await finishAll();
    expect(begun).to.deep.equal(["b"]);
    await clock.advance(10 * SECOND);
    await finishAll();
    expect(begun).to.deep.equal(["b", "a"]);
    await clock.advance(3_600 * SECOND);
    await finishAll();
    expect(begun).to.deep.equal(["b", "a"]);
    await end();
  });

  it("waits longer than a timer can", async () => {
    const { queue, clock, begun, end } = started();
    queue.addAfter("a", 30 * 24 * 3_600 * SECOND);
    await clock.advance(30 * 24 * 3_600 * SECOND - 1);
    expect(begun).to.deep.equal([]);
    await clock.advance(1);
    expect(begun).to.deep.equal(["a"]);
    await end();
  });

  it("retries what failed after 5 ms, twice as long each time, up to a minute, until it succeeds", async () => {
    const { queue, clock, begun, finish, end } = started();
    for (let failure = 0; failure < 20; failure++) {
      expect(queue.retry("a")).to.equal(failure);
      const wait = Math.min(5 * 2 ** failure, 60_000);
      await clock.advance(wait - 1);
      expect(begun).to.have.length(failure);
      await clock.advance(1);
      expect(begun).to.have.length(failure + 1);
      await finish("a");
    }
    expect(queue.forget("a")).to.equal(20);
    expect(queue.retry("a")).to.equal(0);
    await end();
  });

  it("begins nothing once it is to end, and waits for what runs", async () => {
    const { queue, clock, over, begun, finish } = started({ concurrency: 2 });
    for (const key of ["a", "b", "c"]) queue.add(key);
    await settled();
    queue.add("a");
    queue.addAfter("d", SECOND);
    over.abort();
    queue.add("e");
    let ended = false;
    const ending = queue.ended().then(() => (ended = true));
    await finish("a");
    await clock.advance(2 * SECOND);
    expect(ended).to.equal(false);
    await finish("b");
    await ending;
    expect(begun).to.deep.equal(["a", "b"]);
    expect(clock.waiting()).to.equal(0);
  });

  it("does not begin what was about to begin", async () => {
    const { queue, over, begun } = started();
    queue.add("a");
    over.abort();
    await queue.ended();
    expect(begun).to.deep.equal([]);
  });
});
