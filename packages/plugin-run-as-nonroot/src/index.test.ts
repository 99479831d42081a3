import { ConfigurationError, createPipeline } from "@gatewright/core";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import plugin from "./index.ts";
import type { PodSecurity, RunAs } from "./pod-security.ts";
import { type Config, openPhases, type Phases } from "./test-admit.test.ts";

const CONFLICT = "runAsNonRoot specified, but runAsUser set to 0 (the root user)";

/** A pod with these settings of its own and of its containers. */
function pod(securityContext: RunAs | null | undefined, ...containers: RunAs[]): PodSecurity {
  return {
    ...(securityContext === undefined ? {} : { securityContext }),
    containers: (containers.length === 0 ? [{}] : containers).map((own, index) => ({
      name: `c${index}`,
      securityContext: own,
    })),
  };
}

/** Opens the plugin for the tests of a `describe`. */
function phasesFor(config?: Config): () => Phases {
  let phases: Phases;
  before(async () => {
    phases = await openPhases(config);
  });
  after(() => phases.close());
  return () => phases;
}

describe("run-as-nonroot: what it sets in a new pod", () => {
  const phases = phasesFor();
  const set = { runAsNonRoot: true, runAsUser: 1234 };
  const cases: [string, PodSecurity, RunAs | null | undefined][] = [
    ["no securityContext", pod(undefined), set],
    ["a securityContext of null", pod(null), set],
    ["an empty securityContext", pod({}), set],
    ["nulls", pod({ runAsNonRoot: null, runAsUser: null }), set],
    ["uid 1000", pod({ runAsUser: 1000 }), { runAsNonRoot: true, runAsUser: 1000 }],
    ["uid 0", pod({ runAsUser: 0 }), { runAsNonRoot: false, runAsUser: 0 }],
    ["runAsNonRoot: false", pod({ runAsNonRoot: false }), { runAsNonRoot: false }],
    ["both, false and 0", pod({ runAsNonRoot: false, runAsUser: 0 }), undefined],
    ["both, false and 7", pod({ runAsNonRoot: false, runAsUser: 7 }), undefined],
    ["both, true and 7", pod({ runAsNonRoot: true, runAsUser: 7 }), undefined],
    ["runAsNonRoot: true", pod({ runAsNonRoot: true }), { runAsNonRoot: true }],
    ["a container that may be root", pod({}, { runAsNonRoot: false }), set],
    ["a container with a uid", pod({}, { runAsUser: 7 }), set],
  ];
  for (const [title, given, expected] of cases) {
    it(`${title}: ${JSON.stringify(expected ?? "nothing")}`, async () => {
      const { spec, patch, denials, warnings } = await phases().create(given);
      const securityContext = expected ?? given.securityContext ?? null;
      expect(spec).to.deep.equal({ ...given, securityContext });
      if (expected === undefined) expect(patch).to.deep.equal([]);
      expect(denials).to.deep.equal([]);
      expect(warnings).to.deep.equal([]);
    });
  }

  it("keeps what else the pod's securityContext says", async () => {
    const given = { ...pod({}), securityContext: { fsGroup: 0 } as RunAs };
    const { patch } = await phases().create(given);
    expect(patch.map(({ path }) => path)).to.have.members([
      "/spec/securityContext/runAsNonRoot",
      "/spec/securityContext/runAsUser",
    ]);
  });
});

describe("run-as-nonroot: what it refuses in a new pod", () => {
  const phases = phasesFor();

  it("a pod that contradicts itself, in these words, and once", async () => {
    const { denials, patch } = await phases().create(
      pod({ runAsNonRoot: true, runAsUser: 0 }, {}, {}),
    );
    expect(denials).to.deep.equal([["spec.securityContext.runAsUser", CONFLICT]]);
    expect(patch).to.deep.equal([]);
  });

  it("even where no container inherits the contradiction", async () => {
    const { denials } = await phases().create(
      pod({ runAsNonRoot: true, runAsUser: 0 }, { runAsUser: 7 }),
    );
    expect(denials).to.deep.equal([["spec.securityContext.runAsUser", CONFLICT]]);
  });

  const cases: [string, RunAs, RunAs, boolean][] = [
    ["pod true, container 0", { runAsNonRoot: true }, { runAsUser: 0 }, true],
    ["pod true and 7, container 0", { runAsNonRoot: true, runAsUser: 7 }, { runAsUser: 0 }, true],
    ["pod 0, container true", { runAsUser: 0 }, { runAsNonRoot: true }, true],
    [
      "pod false, container both",
      { runAsNonRoot: false },
      { runAsNonRoot: true, runAsUser: 0 },
      true,
    ],
    [
      "pod true, container false and 0",
      { runAsNonRoot: true },
      { runAsNonRoot: false, runAsUser: 0 },
      false,
    ],
    ["pod 0, container true and 7", { runAsUser: 0 }, { runAsNonRoot: true, runAsUser: 7 }, false],
    ["pod 0, container 0", { runAsUser: 0 }, { runAsUser: 0 }, false],
    ["pod false, container 0", { runAsNonRoot: false }, { runAsUser: 0 }, false],
    ["pod unset, container false and 0", {}, { runAsNonRoot: false, runAsUser: 0 }, false],
  ];
  for (const [title, own, container, refused] of cases) {
    it(`${title}: ${refused ? "refused" : "admitted"}, the container as it was`, async () => {
      const { denials, spec, warnings } = await phases().create(pod(own, {}, container));
      const field = "spec.containers[1].securityContext.runAsUser";
      expect(denials).to.deep.equal(refused ? [[field, `${field}: ${CONFLICT}`]] : []);
      expect(spec.containers?.[1]?.securityContext).to.deep.equal(container);
      expect(warnings).to.deep.equal([]);
    });
  }

  it("init containers too, and all containers at once", async () => {
    const { denials } = await phases().create({
      ...pod({ runAsNonRoot: true }, { runAsUser: 0 }),
      initContainers: [{ name: "i0" }, { name: "i1", securityContext: { runAsUser: 0 } }],
    });
    expect(denials.map(([field]) => field)).to.deep.equal([
      "spec.initContainers[1].securityContext.runAsUser",
      "spec.containers[0].securityContext.runAsUser",
    ]);
  });

  for (const own of [{}, { runAsUser: 7 }]) {
    it(`uid 0 in a container of a pod that says ${JSON.stringify(own)}, and why`, async () => {
      const { denials, warnings } = await phases().create(pod(own, {}, { runAsUser: 0 }));
      const field = "spec.containers[1].securityContext.runAsUser";
      expect(denials).to.deep.equal([[field, `${field}: ${CONFLICT}`]]);
      expect(warnings).to.deep.equal([
        "spec.containers[1] has runAsUser 0, but its pod left runAsNonRoot unset, and so got true",
      ]);
    });
  }
});

describe("run-as-nonroot: what it leaves alone", () => {
  const phases = phasesFor();
  const conflict = pod({ runAsNonRoot: true, runAsUser: 0 });
  const leaves = async (spec: PodSecurity, namespace?: string) => {
    const { patch, denials } = await phases().create(spec, namespace);
    return patch.length === 0 && denials.length === 0;
  };

  for (const namespace of ["kube-system", "kube-public"]) {
    it(`pods in ${namespace}`, async () => {
      expect(await leaves(conflict, namespace)).to.be.true;
      expect(await leaves(pod({}), namespace)).to.be.true;
    });
  }

  it("no other namespace", async () => {
    expect(await leaves(conflict, "kube-node-lease")).to.be.false;
    expect(await leaves(pod({}), "default")).to.be.false;
  });

  const windows = { "kubernetes.io/os": "windows" };
  const linux = { "kubernetes.io/os": "linux" };
  it("pods for Windows, by os or by node selector", async () => {
    expect(await leaves({ ...conflict, os: { name: "windows" } })).to.be.true;
    expect(await leaves({ ...pod({}), os: { name: "windows" } })).to.be.true;
    expect(await leaves({ ...pod({}), nodeSelector: windows })).to.be.true;
  });

  it("no pod that Linux would run", async () => {
    expect(await leaves({ ...pod({}), os: { name: "linux" } })).to.be.false;
    expect(await leaves({ ...pod({}), os: { name: "linux" }, nodeSelector: windows })).to.be.false;
    expect(await leaves({ ...pod({}), nodeSelector: linux })).to.be.false;
    const options = { windowsOptions: { hostProcess: true } } as RunAs;
    expect(await leaves(pod(options))).to.be.false;
  });
});

describe("run-as-nonroot: its options", () => {
  describe("runAsUser", () => {
    const phases = phasesFor({ runAsUser: 10_001 });
    it("is the uid that is set", async () => {
      const { spec } = await phases().create(pod({}));
      expect(spec.securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 10_001 });
    });
  });

  describe("skippedNamespaces", () => {
    const phases = phasesFor({ skippedNamespaces: ["legacy"] });
    it("takes the place of the default", async () => {
      expect((await phases().create(pod({}), "legacy")).patch).to.be.empty;
      expect((await phases().create(pod({}), "kube-system")).patch).not.to.be.empty;
    });
  });

  const wrong: [unknown, string][] = [
    [{ runAsUser: 0 }, "must be >= 1"],
    [{ runAsUser: 1.5 }, "must be integer"],
    [{ runAsUser: "1234" }, "must be integer"],
    [{ runAsUser: 2 ** 31 }, "must be <= 2147483647"],
    [{ skippedNamespaces: ["Kube-System"] }, "must match pattern"],
    [{ strict: "yes" }, "must be boolean"],
    [{ stict: true }, 'did you mean "strict"'],
  ];
  for (const [config, message] of wrong) {
    it(`refuses ${JSON.stringify(config)}`, async () => {
      const plugins = [plugin(config as Config)];
      const start = createPipeline({ webhooks: { "pods.gatewright.dev": { plugins } } });
      const error = await start.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as ConfigurationError).message).to.include(message);
    });
  }
});
