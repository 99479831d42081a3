import { creates, PluginTester } from "../../src/index.ts";
import { pod, wellBehaved } from "../pods.ts";

const ready = { priorityClassName: "high" };

/** Seven tests, of which the two that are named so fail. Run by mocha, node:test and vitest alike. */
export function declareSuite(): void {
  PluginTester.run(wellBehaved, {
    allows: [
      creates(pod("plain", ready)),
      { name: "fails: it is denied", request: creates(pod("host", { ...ready, hostPID: true })) },
    ],
    denies: [
      { request: creates(pod("host", { ...ready, hostNetwork: true })), message: /network/ },
    ],
    patches: [
      {
        request: creates(pod("web")),
        object: pod("web", { priorityClassName: "standard" }),
        auditAnnotations: { class: "standard" },
      },
      {
        name: "fails: it is patched otherwise",
        request: creates(pod("other")),
        patch: [{ op: "add", path: "/spec/priorityClassName", value: "premium" }],
        auditAnnotations: { class: "standard" },
      },
    ],
    rejectsConfig: [{ config: { class: 1 }, message: "must be string, not number" }],
  });
}
