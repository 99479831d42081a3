import { expect } from "chai";
import { describe, it } from "mocha";
import fc from "fast-check";
import { collect } from "../test/collect.ts";
import { linesOf } from "./json-lines.ts";

describe("linesOf(chunks)", () => {
  async function* chunksOf(...chunks: (string | Uint8Array)[]) {
    for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  }

  it("gives the same lines, wherever the stream was cut into chunks", async () => {
    const text = fc.string({ unit: "grapheme" }).map((line) => line.replaceAll(/\n/g, ""));
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.infiniteStream(fc.nat(9)), async (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const chunks = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const found = await collect(linesOf(chunksOf(...chunks)));
        // An empty line is none: it is what a server may send to keep a connection alive.
        expect(found).to.deep.equal(lines.filter((line) => line !== ""));
      }),
    );
  });

  it("gives each line as soon as it is whole", async () => {
    const more = Promise.withResolvers<void>();
    async function* slow() {
      yield Buffer.from("one\ntw");
      await more.promise;
      yield Buffer.from("o\n");
    }
    const lines = linesOf(slow());
    expect((await lines.next()).value).to.equal("one");
    const second = lines.next();
    more.resolve();
    expect((await second).value).to.equal("two");
  });

  it("throws where the last line was cut off, after those before it", async () => {
    const lines = linesOf(chunksOf("one\n", "tw"));
    expect((await lines.next()).value).to.equal("one");
    let message: unknown;
    await lines.next().catch((error: Error) => (message = error.message));
    expect(message).to.equal("it ended in the middle of a line");
  });
});
