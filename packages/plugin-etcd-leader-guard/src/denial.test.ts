import { expect } from "chai";
import { describe, it } from "mocha";
import { answer, member, observed, unstarted } from "../test/cluster.ts";
import { denialDetails, denialOfLeader, denialOfLearner, denialOfQuorum } from "./denial.ts";
import { isReadable, type Picture, pictureOf } from "./picture.ts";
import type { Observation } from "./member-status.ts";

const place = { cluster: "main", namespace: "etcd", pod: "etcd-0", annotation: "a/b" };

function see(more: Partial<Observation> = {}): Picture {
  const picture = pictureOf(observed(3, more), 0);
  if (!isReadable(picture)) throw new Error(picture.unreadable);
  return picture;
}

describe("denialDetails(operation, retryAfterSeconds)", () => {
  it("403 for a DELETE, and 429 for an eviction, on which drain waits", () => {
    expect(denialDetails("DELETE", 5)).to.deep.equal({ code: 403, reason: "Forbidden" });
    expect(denialDetails("CREATE", 5)).to.deep.equal({
      code: 429,
      reason: "TooManyRequests",
      retryAfterSeconds: 5,
    });
  });
});

describe("messages", () => {
  it("the command to move a leader goes to all its URLs, and says what TLS needs", () => {
    const urls = (...clientURLs: string[]) => member(0, { clientURLs });
    expect(denialOfLeader(place, see(), urls("https://a:1", "https://b:2"), member(1))).to.include(
      "etcdctl move-leader fffffffffffffffe --endpoints https://a:1,https://b:2 (to etcd-1; with --cacert, --cert and --key), or",
    );
    expect(denialOfLeader(place, see(), urls(), member(1))).to.include(
      "etcdctl move-leader fffffffffffffffe (to etcd-1), or",
    );
    expect(denialOfLeader(place, see(), urls(), unstarted(1))).to.include(
      "etcdctl move-leader fffffffffffffffe, or",
    );
  });

  it("roles", () => {
    const answers = [answer(0), answer(1), answer(2, { errors: ["alarm"] })];
    const members = [member(0), member(1), member(2), member(3, { isLearner: true })];
    const picture = see({ answers, members });
    const role = (index: number) =>
      /is (.*) \(member/.exec(denialOfQuorum(place, picture, member(index), 1, []))?.[1];
    expect([0, 1, 2].map(role)).to.deep.equal([
      "the leader",
      "a follower",
      "an unhealthy follower",
    ]);
    expect(denialOfLearner(place, picture, member(3, { isLearner: true }))).to.include(
      "is a learner (member etcd-3, term 7); 2 of 3 voters healthy, quorum 2.",
    );
    expect(denialOfQuorum(place, picture, unstarted(3), 1, [])).to.include(
      "is a voter that has not started yet (member fffffffffffffffc, term 7)",
    );
  });

  it("what was odd is said at the end", () => {
    const answers = [answer(0), answer(1), answer(2, { clusterId: "9" })];
    expect(denialOfLeader(place, see({ answers }), member(0), member(1))).to.match(
      /Note: etcd-2 answers for cluster id 9, not \d+\.$/,
    );
  });
});
