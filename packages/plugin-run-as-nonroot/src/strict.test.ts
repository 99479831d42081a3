import { creates, PluginTester } from "@gatewright/testing";
import { expect } from "chai";
import { having, pod } from "../test/pod.ts";
import plugin from "./index.ts";
import type { RunAs } from "./pod-security.ts";

const POD = "spec.securityContext";
const FIRST = "spec.containers[0].securityContext";
const ROOT = "set to 0 (the root user), which is refused here";
const OPEN = "must be true where runAsUser is unset: the image could run as root";
const isRoot = { runAsNonRoot: false, runAsUser: 0 };

function refuses(name: string, own: RunAs, containers: RunAs[], field: string, text: string) {
  const request = creates(pod(own, containers));
  return { name, request, field, message: `${field}: ${text}` };
}

PluginTester.run("run-as-nonroot: strict", plugin, {
  config: { strict: true },
  patches: [
    {
      name: "what is left open is set",
      request: creates(pod({})),
      object: pod({ runAsNonRoot: true, runAsUser: 1234 }),
    },
    {
      name: "a container with false has the pod's uid",
      request: creates(pod({}, [{ runAsNonRoot: false }])),
      object: pod({ runAsNonRoot: true, runAsUser: 1234 }, [{ runAsNonRoot: false }]),
    },
    {
      name: "uid 0, but containers with their own",
      request: creates(pod({ runAsUser: 0 }, [{ runAsUser: 7 }])),
      object: ({ spec }) => expect(spec.securityContext).to.deep.equal(isRoot),
    },
  ],
  allows: [
    { name: "true, and the image's user", request: creates(pod({ runAsNonRoot: true })) },
    { name: "false, but a uid", request: creates(pod({ runAsNonRoot: false, runAsUser: 7 })) },
    {
      name: "false, but containers with true",
      request: creates(pod({ runAsNonRoot: false }, [{ runAsNonRoot: true }])),
    },
    { name: "a skipped namespace", request: creates(pod(isRoot), { namespace: "kube-system" }) },
  ],
  denies: [
    refuses("uid 0, once for three", { runAsUser: 0 }, [{}, {}, {}], `${POD}.runAsUser`, ROOT),
    refuses("false and 0", isRoot, [{}], `${POD}.runAsUser`, ROOT),
    refuses("false", { runAsNonRoot: false }, [{}, {}], `${POD}.runAsNonRoot`, OPEN),
    refuses(
      "a container with false and no uid",
      { runAsNonRoot: true },
      [{ runAsNonRoot: false }],
      `${FIRST}.runAsNonRoot`,
      OPEN,
    ),
    refuses("a container with false and 0", {}, [isRoot], `${FIRST}.runAsUser`, ROOT),
    {
      name: "an init container",
      request: creates(
        having(
          { initContainers: [{ name: "i", securityContext: isRoot }] },
          pod({ runAsNonRoot: true }),
        ),
      ),
      field: "spec.initContainers[0].securityContext.runAsUser",
      message: `spec.initContainers[0].securityContext.runAsUser: ${ROOT}`,
    },
    {
      name: "a conflict of the pod, which strict has no more to say of",
      request: creates(pod({ runAsNonRoot: true, runAsUser: 0 }, [{}, { runAsNonRoot: false }])),
      field: `${POD}.runAsUser`,
      message: "runAsNonRoot specified, but runAsUser set to 0 (the root user)",
    },
  ],
});
