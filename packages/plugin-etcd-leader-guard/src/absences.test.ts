import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";
import { idOf } from "../test/cluster.ts";
import { grant } from "../test/question.ts";
import { type Absences, createAbsences } from "./absences.ts";
import type { Grant } from "./policy.ts";

const graceful = grant(1);
const forced: Grant = { ...graceful, forced: true };
const nobody = new Set<string>();
const empty = new Set([idOf(1)]);

describe("createAbsences(now)", () => {
  let time = 0;
  let absences: Absences;
  beforeEach(() => {
    time = 0;
    absences = createAbsences(() => time);
  });

  /** Looks at these times, each showing the same. */
  function looks(shown: ReadonlySet<string>, ...times: number[]): void {
    for (const each of times) {
      time = each;
      absences.looked(shown);
    }
  }

  it("takes a member for gone that was away for 5 s, or under force for 0.7 s", () => {
    for (const [held, short, long] of [
      [graceful, 5_900, 6_000],
      [forced, 1_600, 1_700],
    ] as const) {
      absences = createAbsences(() => time);
      looks(nobody, 0);
      absences.expect([held]);
      looks(empty, 1_000, short);
      expect(absences.hasLeft(held)).to.equal(false);
      looks(empty, long);
      expect(absences.hasLeft(held)).to.equal(true);
      looks(nobody, long + 1);
      expect(absences.hasLeft(held), "what has left has left").to.equal(true);
      expect(absences.hasLeft({ ...held, lease: "2" }), "another grant of it").to.equal(false);
    }
  });

  it("takes none for gone that has just answered, or did not say no", () => {
    looks(nobody, 0);
    absences.expect([forced]);
    looks(empty, 100, 700);
    looks(nobody, 750);
    looks(empty, 900, 1_500);
    expect(absences.hasLeft(forced)).to.equal(false);
  });

  it("takes none for gone that it could not reach before the grant", () => {
    looks(empty, 12_000);
    time = 12_001;
    absences.expect([forced]);
    looks(empty, 30_000);
    expect(absences.hasLeft(forced)).to.equal(false);
  });
});
