import { generateKey, issueCa } from "@gatewright/core/certificates";
import { expect } from "chai";
import { before, beforeEach, describe, it } from "mocha";
import { casIn, createCaOverlap, fingerprintOf, OVERLAP_ANNOTATION } from "./ca-overlap.ts";
import type { LiveConfiguration } from "./differences.ts";

const service = { name: "gatewright", namespace: "gatewright-system" };
const DAY_MS = 86_400_000;

async function issue(notAfter = new Date(Date.now() + DAY_MS)): Promise<string> {
  const [ca = ""] = casIn(
    await issueCa(await generateKey(), "test", {
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter,
    }),
  );
  return ca;
}

function live(caBundle: string, called: { name: string; namespace: string } = service) {
  const annotations = { [OVERLAP_ANNOTATION]: casIn(caBundle).map(fingerprintOf).join(",") };
  const encoded = Buffer.from(caBundle).toString("base64");
  const clientConfig = {
    service: { ...called, path: "/", port: 443 },
    caBundle: encoded,
  };
  return {
    metadata: { annotations },
    webhooks: [{ name: "a", clientConfig }],
  } as unknown as LiveConfiguration;
}

describe("createCaOverlap(client, overlapMs, now)", () => {
  let a = "";
  let b = "";
  let at = 0;
  let isComplete = true;
  const rolledOut = async (): Promise<boolean> => isComplete;
  const create = () => createCaOverlap({ service }, 100, () => at);

  before(async () => {
    [a, b] = [await issue(), await issue()];
  });
  beforeEach(() => {
    at = 0;
    isComplete = true;
  });

  it("gives the server's own as it is where no other is registered", async () => {
    const own = `# mine\n${a}`;
    const overlap = create();
    expect(await overlap.bundle(own, [undefined, undefined], rolledOut)).to.equal(own);
    expect(await overlap.bundle(own, [live(a), undefined], rolledOut)).to.equal(own);
  });

  it("keeps what is registered until the rollout has been complete for so long, and no longer", async () => {
    const overlap = create();
    isComplete = false;
    for (at of [0, 1_000]) {
      expect(await overlap.bundle(b, [live(a + b)], rolledOut)).to.equal(b + a);
    }
    isComplete = true;
    at = 1_099;
    expect(await overlap.bundle(b, [live(a + b)], rolledOut)).to.equal(b + a);
    at = 1_100;
    expect(await overlap.bundle(b, [live(a + b)], rolledOut)).to.equal(b);
    // What was just written is not heard of yet.
    expect(await overlap.bundle(b, [live(a + b)], rolledOut)).to.equal(b);
    // A replica goes on with it.
    await overlap.bundle(b, [live(b)], rolledOut);
    expect(await overlap.bundle(b, [live(a + b)], rolledOut)).to.equal(b + a);
  });

  it("keeps a CA that was replaced at once, and drops one that the source had beside the next", async () => {
    const replaced = create();
    await replaced.bundle(a, [live(a)], rolledOut);
    replaced.registered(a);
    expect(await replaced.bundle(b, [live(a)], rolledOut)).to.equal(b + a);
    const rotated = create();
    await rotated.bundle(a + b, [live(a + b)], rolledOut);
    expect(await rotated.bundle(b, [live(a + b)], rolledOut)).to.equal(b);
  });

  it("drops at once what its source has done with, which no replica has added", async () => {
    const { webhooks } = live(a + b);
    expect(await create().bundle(b, [{ webhooks } as LiveConfiguration], rolledOut)).to.equal(b);
  });

  it("takes up none that somebody wrote instead of what this server had registered", async () => {
    const overlap = create();
    await overlap.bundle(a, [live(a)], rolledOut);
    overlap.registered(a);
    expect(await overlap.bundle(a, [live(b)], rolledOut)).to.equal(a);
    expect(await overlap.bundle(a, [live(a + b)], rolledOut)).to.equal(a + b);
  });

  it("keeps none twice, none that has run out, and none of another server", async () => {
    const old = await issue(new Date(Date.now() - DAY_MS));
    const overlap = create();
    const bundle = `${a}${old}${b}${b}damaged`;
    expect(await overlap.bundle(a, [live(bundle), live(bundle)], rolledOut)).to.equal(a + b);
    const other = live(a + b, { name: "other", namespace: "other" });
    expect(await create().bundle(a, [other], rolledOut)).to.equal(a);
  });
});
