import { type Decision, decide, type Question } from "../src/decision.ts";
import type { Grant, Policy } from "../src/policy.ts";
import { idOf } from "./cluster.ts";

/** The defaults. */
export const policy: Policy = {
  leader: "deny",
  singleMember: "deny",
  twoMembers: "deny",
  learner: "deny",
  unreadable: "deny",
};
/** Leave for the pod of `etcd-<index>` to go. */
export const grant = (index: number): Grant => ({
  memberId: idOf(index),
  member: `etcd-${index}`,
  pod: `etcd-${index}`,
  podUid: undefined,
  movingTo: undefined,
  since: "2026-01-02T03:04:05Z",
  forced: false,
  gone: false,
  lease: "1",
});

/** What is decided of a pod in the cluster "main", whose first three pods are listed. */
export function ask(
  pod: string,
  picture: Question["picture"],
  more: Partial<Question> = {},
): Decision {
  const annotation = "etcd-leader-guard.gatewright.dev/break-glass";
  return decide({
    place: { cluster: "main", namespace: "etcd", pod, annotation },
    pod: { name: pod, ips: [] },
    podUid: undefined,
    naming: { podName: "{member}", pods: new Set(["etcd-0", "etcd-1", "etcd-2"]) },
    picture,
    grants: [],
    policy,
    dryRun: false,
    now: Date.parse("2026-01-02T03:04:10Z"),
    grantSeconds: 120,
    ...more,
  });
}
