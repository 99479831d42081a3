import { expect } from "chai";
import { describe, it } from "mocha";
import { waitUntil } from "./wait-until.ts";

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("it resolved"),
    (error: Error) => error,
  );
}

describe("waitUntil(condition, { what, timeoutMs, intervalMs })", () => {
  it("resolves to the first truthy answer", async () => {
    const answers = [undefined, 0, "", "yes"];
    const answer = await waitUntil(() => answers.shift(), { what: "yes", intervalMs: 0 });
    expect(answer).to.equal("yes");
    expect(answers).to.deep.equal([]);
  });

  it("asks at least once, and says what it waited for", async () => {
    let asked = 0;
    const error = await failure(waitUntil(() => void asked++, { what: "Godot", timeoutMs: 0 }));
    expect(asked).to.equal(1);
    expect(error.message).to.equal("waited 0 s for Godot");
  });

  it("gives up a condition that never answers", async () => {
    const never = () => new Promise<boolean>(() => {});
    const error = await failure(waitUntil(never, { what: "Godot", timeoutMs: 1 }));
    expect(error.message).to.equal("waited 0.001 s for Godot");
  });

  it("takes an error for not yet, and gives the last one as the cause", async () => {
    let asked = 0;
    const answer = await waitUntil(
      async () => {
        if (asked++ < 2) throw new Error("refused");
        return "here";
      },
      { what: "it", intervalMs: 0 },
    );
    expect(answer).to.equal("here");

    const refuse = () => Promise.reject(new Error("refused"));
    const error = await failure(waitUntil(refuse, { what: "Godot", timeoutMs: 0 }));
    expect(error.message).to.equal("waited 0 s for Godot: refused");
    expect((error.cause as Error).message).to.equal("refused");
  });
});
