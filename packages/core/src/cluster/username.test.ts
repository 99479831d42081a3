import { expect } from "chai";
import { describe, it } from "mocha";
import { createFakeClock, settled } from "../../test/fake-clock.ts";
import { createUsername } from "./username.ts";

const MINUTE = 60_000;

function asked() {
  const answers: PromiseWithResolvers<string>[] = [];
  const connection = {
    username() {
      const answer = Promise.withResolvers<string>();
      answers.push(answer);
      return answer.promise;
    },
  };
  const clock = createFakeClock();
  const over = new AbortController();
  const username = createUsername(connection, clock);
  return { answers, clock, over, get: () => username(() => over.signal) };
}

describe("createUsername(connection, clock): (signal) => Promise<string>", () => {
  it("asks once for all who want to know, and again after five minutes, in the background", async () => {
    const { answers, clock, get } = asked();
    const both = Promise.all([get(), get()]);
    answers[0]?.resolve("alice");
    expect(await both).to.deep.equal(["alice", "alice"]);
    await clock.advance(4 * MINUTE);
    expect(await get()).to.equal("alice");
    expect(answers).to.have.length(1);
    await clock.advance(MINUTE);
    expect(await get()).to.equal("alice");
    expect(answers).to.have.length(2);
    answers[1]?.resolve("bob");
    await settled();
    expect(await get()).to.equal("bob");
  });

  it("asks again after a failure, and keeps a name that cannot be asked for again", async () => {
    const { answers, clock, get } = asked();
    const refused = get().catch((error: unknown) => error);
    answers[0]?.reject(new Error("not now"));
    expect(String(await refused)).to.equal("Error: not now");
    const second = get();
    answers[1]?.resolve("alice");
    expect(await second).to.equal("alice");
    await clock.advance(5 * MINUTE);
    expect(await get()).to.equal("alice");
    answers[2]?.reject(new Error("not now"));
    await settled();
    expect(await get()).to.equal("alice");
  });

  it("lets whoever waits give up, and nobody else", async () => {
    const { answers, over, get } = asked();
    const first = get().catch((error: unknown) => error);
    over.abort(new Error("enough"));
    expect(String(await first)).to.equal("Error: enough");
    answers[0]?.resolve("alice");
    await settled();
    expect(await get()).to.equal("alice");
    expect(answers).to.have.length(1);
  });
});
