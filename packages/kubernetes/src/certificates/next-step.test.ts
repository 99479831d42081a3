import { expect } from "chai";
import { before, describe, it } from "mocha";
import type { Ca } from "./authority.ts";
import { certificatePolicy } from "./certificate-policy.ts";
import { nextStep, type Step, type View } from "./next-step.ts";
import { pretendAuthority } from "./pretend-authority.test.ts";
import { secretChange } from "./secret-change.ts";
import { KEYS, readContents, type RotationRequest, type SecretData } from "./secret-contents.ts";

const DAY_MS = 86_400_000;
const authority = pretendAuthority();
const policy = certificatePolicy(["hook.shop.svc"]);

/** What one server sees that has seen nothing for long. */
function view(
  data: SecretData | undefined,
  given: Partial<Omit<View, "elapsed">> & {
    request?: RotationRequest;
    elapsed?: Partial<View["elapsed"]>;
  } = {},
): View {
  const { request, elapsed, ...rest } = given;
  return {
    now: 0,
    secret:
      data === undefined
        ? { is: "absent" }
        : { is: "ours", contents: readContents(data, request, authority) },
    memory: undefined,
    registered: [],
    elapsed: { lost: 0, trusted: 0, leaf: 0, ...elapsed },
    ...rest,
  };
}
const step = (seen: View): Step => nextStep(seen, policy, authority);
async function after(seen: View, expected: Step["do"]): Promise<SecretData> {
  const due = step(seen);
  expect(due.do).to.equal(expected);
  if (due.do === "wait" || due.do === "refuse") throw new Error("nothing comes of it");
  return (await secretChange(due, seen, policy, authority)).data;
}
const cas = (data: SecretData): Ca[] => authority.readCas(data[KEYS.bundle] ?? "").cas;

describe("nextStep(view, policy, authority)", () => {
  let made: SecretData;
  before(async () => {
    made = await after(view(undefined), "start over");
  });

  it("makes everything where there is nothing, and then waits for two months", () => {
    expect(Object.keys(made).sort()).to.deep.equal(["ca.crt", "ca.key", "tls.crt", "tls.key"]);
    expect(step(view(made))).to.deep.equal({ do: "wait" });
    expect(step(view(made, { now: 59 * DAY_MS }))).to.deep.equal({ do: "wait" });
    expect(step(view(made, { now: 61 * DAY_MS })).do).to.equal("renew the leaf");
  });

  it("renews a leaf that has run out, or is for other hosts, under the same CA", async () => {
    for (const seen of [view(made, { now: 100 * DAY_MS }), view(made, { request: "leaf" })]) {
      const renewed = await after(seen, "renew the leaf");
      expect(renewed[KEYS.cert]).not.to.equal(made[KEYS.cert]);
      expect(renewed[KEYS.bundle]).to.equal(made[KEYS.bundle]);
    }
    const other = certificatePolicy(["other.shop.svc"]);
    const due = nextStep(view(made), other, authority);
    expect(due).to.deep.equal({ do: "renew the leaf", why: "it is not good for other.shop.svc" });
    if (due.do !== "renew the leaf") return;
    const { data } = await secretChange(due, view(made), other, authority);
    expect(authority.readLeaf(data[KEYS.cert] ?? "", data[KEYS.key] ?? "").hosts).to.deep.equal([
      "other.shop.svc",
      "hook.shop.svc",
    ]);
  });

  it("goes through a CA's replacement in five steps", async () => {
    const asked = view(made, { request: "ca" });
    const introduced = await after(asked, "introduce a CA");
    expect(introduced).to.include({ [KEYS.cert]: made[KEYS.cert], [KEYS.caKey]: made[KEYS.caKey] });
    expect(cas(introduced)).to.have.length(2);
    const during = { request: "ca, begun" } as const;
    expect(step(view(introduced, during)).do).to.equal("wait");
    expect(step(view(introduced, { ...during, elapsed: { trusted: 299_999 } })).do).to.equal(
      "wait",
    );
    const trusted = { ...during, elapsed: { trusted: 300_000 } };
    const changed = await after(view(introduced, trusted), "change to the next CA");
    expect(changed[KEYS.bundle]).to.equal(introduced[KEYS.bundle]);
    expect(changed[KEYS.caKey]).to.equal(introduced[KEYS.nextCaKey]);
    expect(changed).not.to.have.property(KEYS.nextCaKey);
    expect(changed[KEYS.spent]).to.equal(made[KEYS.cert]);
    expect(step(view(changed, { ...during, elapsed: { leaf: 299_999 } })).do).to.equal("wait");
    const settled = { ...during, elapsed: { leaf: 300_000 } };
    const over = await after(view(changed, settled), "take CAs away");
    expect(cas(over)).to.deep.equal(cas(introduced).slice(1));
    expect(over).not.to.have.property(KEYS.spent);
    expect(step(view(over))).to.deep.equal({ do: "wait" });
  });

  it("keeps an old CA that nobody wanted away until all that it signed has run out", async () => {
    const introduced = await after(view(made, { now: 1_300 * DAY_MS }), "renew the leaf").then(
      (renewed) => after(view(renewed, { now: 1_300 * DAY_MS }), "introduce a CA"),
    );
    const trusted = { now: 1_301 * DAY_MS, elapsed: { trusted: 300_000 } };
    const changed = await after(view(introduced, trusted), "change to the next CA");
    const late = { now: 1_350 * DAY_MS, elapsed: { leaf: 49 * DAY_MS } };
    expect(step(view(changed, late))).to.deep.equal({ do: "wait" });
    const renewed = await after(view(changed, { now: 1_391 * DAY_MS }), "renew the leaf");
    expect(
      cas(await after(view(renewed, { now: 1_391 * DAY_MS }), "take CAs away")),
    ).to.have.length(1);
  });

  it("waits for callers to trust the next CA for as long as the present one lasts, and no longer", async () => {
    let data = await after(view(made, { now: 1_300 * DAY_MS }), "renew the leaf");
    data = await after(view(data, { now: 1_300 * DAY_MS }), "introduce a CA");
    for (let day = 1_300; day <= 1_825; day++) {
      const seen = view(data, { now: day * DAY_MS, registered: undefined });
      const due = step(seen);
      if (due.do === "wait") continue;
      expect(due.do, `day ${day}`).to.equal("renew the leaf");
      data = await after(seen, "renew the leaf");
    }
    await after(view(data, { now: 1_826 * DAY_MS }), "change to the next CA");
  });

  it("replaces a CA whose key is lost, and never what is somebody else's", async () => {
    const { [KEYS.caKey]: _, ...rest } = made;
    expect(cas(await after(view(rest), "introduce a CA"))).to.have.length(2);
    const foreign = view(undefined, { secret: { is: "foreign", why: "not ours" } });
    expect(step(foreign)).to.deep.equal({ do: "refuse", why: "not ours" });
  });

  it("puts back what it remembers, and lets others do so first where its memory has gaps", () => {
    const contents = readContents(made, undefined, authority);
    const lost = (isFresh: boolean, ms: number) =>
      step(view(undefined, { memory: { contents, isFresh }, elapsed: { lost: ms } })).do;
    expect(lost(true, 0)).to.equal("restore");
    expect(lost(false, 299_999)).to.equal("wait");
    expect(lost(false, 300_000)).to.equal("restore");
    const registered = [cas(made)];
    expect(step(view(undefined, { registered })).do).to.equal("wait");
    const patient = view(undefined, { registered, elapsed: { lost: 40_000 } });
    expect(step(patient).do).to.equal("start over");
  });

  it("keeps what callers were given where it has to start over", async () => {
    const registered = [cas(made)];
    const data = await after(
      view({ [KEYS.cert]: "?" }, { registered, elapsed: { lost: 40_000 } }),
      "start over",
    );
    expect(cas(data)).to.have.length(2).and.to.deep.include(registered[0]?.[0]);
  });
});
