import { creates, PluginTester } from "@gatewright/testing";
import { expect } from "chai";
import { having, pod, podOf } from "../test/pod.ts";
import plugin from "./index.ts";
import type { PodSecurity, RunAs } from "./pod-security.ts";

const CONFLICT = "runAsNonRoot specified, but runAsUser set to 0 (the root user)";
const root = { runAsUser: 0 };
const conflict = pod({ runAsNonRoot: true, runAsUser: 0 });
const defaults = { runAsNonRoot: true, runAsUser: 1234 };

/** A new pod whose settings become `after`, and nothing else of it. */
function sets(name: string, own: RunAs | null | undefined, after: RunAs, containers = [{}]) {
  return {
    name,
    request: creates(pod(own, containers)),
    object: pod(after, containers),
  };
}

/** A new pod whose second container is refused. */
function refuses(own: RunAs, container: RunAs) {
  const field = "spec.containers[1].securityContext.runAsUser";
  return {
    name: `${JSON.stringify(container)} in a pod with ${JSON.stringify(own)}`,
    request: creates(pod(own, [{}, container])),
    field,
    message: `${field}: ${CONFLICT}`,
  };
}

const fromDefault = {
  warnings: [
    "spec.containers[1] has runAsUser 0; a pod that leaves runAsNonRoot unset gets true, as this did",
  ],
};

PluginTester.run("run-as-nonroot: a new pod", plugin, {
  patches: [
    {
      ...sets("no securityContext", undefined, defaults),
      patch: [{ op: "add", path: "/spec/securityContext", value: defaults }],
    },
    sets("null", null, defaults),
    sets("an empty securityContext", {}, defaults),
    sets("nulls", { runAsNonRoot: null, runAsUser: null }, defaults),
    sets("uid 1000", { runAsUser: 1000 }, { runAsNonRoot: true, runAsUser: 1000 }),
    sets("uid 0", root, { runAsNonRoot: false, runAsUser: 0 }),
    sets("uid 0, and in a container", root, { runAsNonRoot: false, runAsUser: 0 }, [root]),
    sets("a container that may be root", {}, defaults, [{ runAsNonRoot: false }]),
    sets("a container that is root, and says so", {}, defaults, [{ runAsNonRoot: false, ...root }]),
    sets("a container with a uid", {}, defaults, [{ runAsUser: 7 }]),
    sets("what has no part in it", { fsGroup: 0 } as RunAs, { ...defaults, fsGroup: 0 } as RunAs),
  ],
  allows: [
    { name: "false", request: creates(pod({ runAsNonRoot: false })) },
    { name: "false and 0", request: creates(pod({ runAsNonRoot: false, runAsUser: 0 })) },
    { name: "false and 7", request: creates(pod({ runAsNonRoot: false, runAsUser: 7 })) },
    { name: "true", request: creates(pod({ runAsNonRoot: true })) },
    { name: "true and 7", request: creates(pod({ runAsNonRoot: true, runAsUser: 7 })) },
    {
      name: "true, and a container with false and 0",
      request: creates(pod({ runAsNonRoot: true }, [{ runAsNonRoot: false, runAsUser: 0 }])),
    },
    {
      name: "false, and a container with 0",
      request: creates(pod({ runAsNonRoot: false }, [root])),
    },
  ],
  denies: [
    {
      name: "a pod that contradicts itself, in these words, and once",
      request: creates(having(pod(undefined, [{}, {}]).spec, conflict)),
      field: "spec.securityContext.runAsUser",
      message: CONFLICT,
    },
    {
      name: "even where no container inherits the contradiction",
      request: creates(having(pod(undefined, [{ runAsUser: 7 }]).spec, conflict)),
      field: "spec.securityContext.runAsUser",
      message: CONFLICT,
    },
    refuses({ runAsNonRoot: true }, root),
    refuses({ runAsNonRoot: true, runAsUser: 7 }, root),
    refuses({ runAsNonRoot: false }, { runAsNonRoot: true, runAsUser: 0 }),
    refuses(root, { runAsNonRoot: true }),
    { ...refuses({}, root), ...fromDefault },
    refuses({ runAsUser: 7 }, root),
    {
      name: "init containers too, and all at once",
      request: creates(
        having(
          { initContainers: [{ name: "i0" }, { name: "i1", securityContext: root }] },
          pod({ runAsNonRoot: true }, [root]),
        ),
      ),
      messages: ["spec.initContainers[1]", "spec.containers[0]"].map((at) => ({
        field: `${at}.securityContext.runAsUser`,
        message: `${at}.securityContext.runAsUser: ${CONFLICT}`,
      })),
    },
  ],
});

const windows: PodSecurity = { nodeSelector: { "kubernetes.io/os": "windows" } };
const linux: PodSecurity = { nodeSelector: { "kubernetes.io/os": "linux" } };
const os = (name: string): PodSecurity => ({ os: { name } });

PluginTester.run("run-as-nonroot: what is left alone", plugin, {
  allows: [
    ...["kube-system", "kube-public"].flatMap((namespace) => [
      creates(conflict, { namespace }),
      { name: `an open pod in ${namespace}`, request: creates(pod(), { namespace }) },
    ]),
    { name: "Windows by os", request: creates(having(os("windows"), pod())) },
    { name: "Windows by os, a conflict", request: creates(having(os("windows"), conflict)) },
    { name: "Windows by node selector", request: creates(having(windows, pod())) },
  ],
  denies: [
    {
      name: "no other namespace",
      request: creates(conflict, { namespace: "kube-node-lease" }),
      message: CONFLICT,
    },
    {
      name: "no pod for Linux, whatever its node selector",
      request: creates(having({ ...os("linux"), ...windows }, conflict)),
      message: CONFLICT,
    },
    {
      name: "no pod that selects Linux",
      request: creates(having(linux, conflict)),
      message: CONFLICT,
    },
    {
      name: "no pod for having options for Windows",
      request: creates(
        podOf({
          ...conflict.spec,
          securityContext: {
            ...conflict.spec.securityContext,
            windowsOptions: { hostProcess: true },
          } as RunAs,
        }),
      ),
      message: CONFLICT,
    },
  ],
});

PluginTester.run("run-as-nonroot: its options", plugin, {
  config: { runAsUser: 10_001, skippedNamespaces: ["legacy"] },
  patches: [
    sets("runAsUser is the uid that is set", {}, { runAsNonRoot: true, runAsUser: 10_001 }),
    {
      name: "skippedNamespaces takes the place of the default",
      request: creates(pod(), { namespace: "kube-system" }),
      object: ({ spec }) => expect(spec.securityContext.runAsUser).to.equal(10_001),
    },
  ],
  allows: [creates(pod(), { namespace: "legacy" })],
  rejectsConfig: [
    { config: { runAsUser: 0 }, pointer: "/runAsUser", message: "must be >= 1" },
    { config: { runAsUser: 1.5 }, pointer: "/runAsUser", message: /must be integer/ },
    { config: { runAsUser: "1234" }, pointer: "/runAsUser", message: /must be integer/ },
    { config: { runAsUser: 2 ** 31 }, pointer: "/runAsUser", message: "must be <= 2147483647" },
    {
      config: { skippedNamespaces: ["Kube-System"] },
      pointer: "/skippedNamespaces/0",
      message: /must match pattern/,
    },
    { config: { strict: "yes" }, pointer: "/strict", message: /must be boolean/ },
    { config: { stict: true }, pointer: "/stict", message: /did you mean "strict"/ },
  ],
});
