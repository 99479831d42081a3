import { type RequestFacts, PluginTester, updates } from "@gatewright/testing";
import { having, pod } from "../test/pod.ts";
import plugin from "./index.ts";
import type { RunAs } from "./pod-security.ts";

const CONFLICT = "runAsNonRoot specified, but runAsUser set to 0 (the root user)";
const root = { runAsUser: 0 };
const safe = { runAsNonRoot: true, runAsUser: 1234 };
const conflict = { runAsNonRoot: true, runAsUser: 0 };

/** A pod with ephemeral containers `e0`, `e1`, … */
function debugged(own: RunAs, ephemeral: readonly RunAs[]) {
  const ephemeralContainers = ephemeral.map((securityContext, index) => ({
    name: `e${index}`,
    securityContext,
  }));
  return having({ ephemeralContainers }, pod(own, [conflict]));
}

/** As `kubectl debug` does: a pod's ephemeral containers before, and after. */
function debugs(
  own: RunAs,
  before: readonly RunAs[],
  after: readonly RunAs[],
  facts: RequestFacts = {},
) {
  return updates(debugged(own, before), debugged(own, after), {
    ...facts,
    subResource: "ephemeralcontainers",
  });
}

function refusal(index: number, key = "runAsUser", text = CONFLICT) {
  const field = `spec.ephemeralContainers[${index}].securityContext.${key}`;
  return { field, message: `${field}: ${text}` };
}

const windows = (own: readonly RunAs[]) => having({ os: { name: "windows" } }, debugged(safe, own));

PluginTester.run("run-as-nonroot: ephemeral containers", plugin, {
  allows: [
    { name: "one that is as its pod, unchanged", request: debugs(safe, [], [{}]) },
    { name: "in a pod that says nothing, unchanged", request: debugs({}, [], [{}]) },
    {
      name: "root that is asked for",
      request: debugs(safe, [], [{ runAsNonRoot: false, ...root }]),
    },
    {
      name: "one that is not root, whatever the pod had before",
      request: debugs(conflict, [root], [root, { runAsUser: 7 }]),
    },
    {
      name: "a skipped namespace",
      request: debugs(safe, [], [root], { namespace: "kube-system" }),
    },
    {
      name: "a Windows pod",
      request: updates(windows([]), windows([root]), { subResource: "ephemeralcontainers" }),
    },
  ],
  denies: [
    { name: "the first one", request: debugs(safe, [], [root]), ...refusal(0) },
    { name: "another one", request: debugs(safe, [{}], [{}, root]), ...refusal(1) },
    { name: "one that was changed", request: debugs(safe, [{}], [root]), ...refusal(0) },
    {
      name: "one that inherits what the kubelet would refuse",
      request: debugs(conflict, [], [{}]),
      ...refusal(0),
    },
  ],
});

PluginTester.run("run-as-nonroot: ephemeral containers, strict", plugin, {
  config: { strict: true },
  allows: [debugs({}, [root, {}], [root, {}, { runAsUser: 7 }])],
  denies: [
    {
      name: "an open one, at the only field that can be changed",
      request: debugs({}, [], [{}]),
      ...refusal(
        0,
        "runAsNonRoot",
        "must be true where runAsUser is unset: the image could run as root",
      ),
    },
    {
      name: "one that inherits uid 0",
      request: debugs(root, [], [{}]),
      ...refusal(0, "runAsUser", "set to 0 (the root user), which is refused here"),
    },
  ],
});
