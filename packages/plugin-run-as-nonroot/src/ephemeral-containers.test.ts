import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import type { PodSecurity, RunAs } from "./pod-security.ts";
import { openPhases, type Phases } from "./test-admit.test.ts";

const CONFLICT = "runAsNonRoot specified, but runAsUser set to 0 (the root user)";
const fieldOf = (index: number) => `spec.ephemeralContainers[${index}].securityContext.runAsUser`;

function pod(securityContext: RunAs, ...debuggers: [string, RunAs?][]): PodSecurity {
  return {
    securityContext,
    containers: [{ name: "web" }],
    ephemeralContainers: debuggers.map(([name, own]) => ({
      name,
      ...(own === undefined ? {} : { securityContext: own }),
    })),
  };
}

describe("run-as-nonroot: pods/ephemeralcontainers", () => {
  let phases: Phases;
  let strict: Phases;
  before(async () => {
    phases = await openPhases();
    strict = await openPhases({ strict: true });
  });
  after(async () => {
    await phases.close();
    await strict.close();
  });
  const root = { runAsUser: 0 };
  const safe = { runAsNonRoot: true, runAsUser: 1234 };

  it("a new one that asks for root in a pod that must not be", async () => {
    const { denials, patch } = await phases.debug(pod(safe, ["a"]), pod(safe, ["a"], ["b", root]));
    expect(denials).to.deep.equal([[fieldOf(1), `${fieldOf(1)}: ${CONFLICT}`]]);
    expect(patch).to.deep.equal([]);
  });

  it("the first one of a pod", async () => {
    const old: PodSecurity = { securityContext: safe, containers: [{ name: "web" }] };
    const { denials } = await phases.debug(old, pod(safe, ["a", root]));
    expect(denials.map(([field]) => field)).to.deep.equal([fieldOf(0)]);
  });

  it("one that inherits what the kubelet would refuse", async () => {
    const conflict = { runAsNonRoot: true, runAsUser: 0 };
    const { denials } = await phases.debug(pod(conflict), pod(conflict, ["a"]));
    expect(denials).to.deep.equal([[fieldOf(0), `${fieldOf(0)}: ${CONFLICT}`]]);
  });

  it("admits a new one that is not root, whatever the pod had before", async () => {
    const old: PodSecurity = {
      ...pod({ runAsNonRoot: true, runAsUser: 0 }, ["a", root]),
      containers: [{ name: "web", securityContext: root }],
    };
    const spec = {
      ...old,
      ephemeralContainers: [
        ...(old.ephemeralContainers ?? []),
        { name: "b", securityContext: { runAsUser: 7 } },
      ],
    };
    expect((await phases.debug(old, spec)).denials).to.deep.equal([]);
    expect((await strict.debug(old, spec)).denials).to.deep.equal([]);
  });

  it("judges one whose settings were changed", async () => {
    const { denials } = await phases.debug(pod(safe, ["a"]), pod(safe, ["a", root]));
    expect(denials.map(([field]) => field)).to.deep.equal([fieldOf(0)]);
  });

  it("never changes the pod", async () => {
    const { patch, denials } = await phases.debug(pod({}), pod({}, ["a"]));
    expect(patch).to.deep.equal([]);
    expect(denials).to.deep.equal([]);
  });

  it("leaves skipped namespaces and Windows alone", async () => {
    const args = [pod(safe), pod(safe, ["a", root])] as const;
    expect((await phases.debug(...args, "kube-system")).denials).to.deep.equal([]);
    const [old, spec] = args.map((it) => ({ ...it, os: { name: "windows" } }));
    expect((await phases.debug(old as PodSecurity, spec as PodSecurity)).denials).to.be.empty;
  });

  it("strict: one that could be root, at the only field that can be changed", async () => {
    const { denials } = await strict.debug(pod({}), pod({}, ["a"]));
    const field = "spec.ephemeralContainers[0].securityContext.runAsNonRoot";
    expect(denials).to.deep.equal([
      [field, `${field}: must be true where runAsUser is unset: the image could run as root`],
    ]);
    const inherited = await strict.debug(pod(root), pod(root, ["a"]));
    expect(inherited.denials.map(([at]) => at)).to.deep.equal([fieldOf(0)]);
  });
});
