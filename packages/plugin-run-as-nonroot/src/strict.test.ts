import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import type { RunAs } from "./pod-security.ts";
import { openPhases, type Phases } from "./test-admit.test.ts";

const POD = "spec.securityContext";
const FIRST = "spec.containers[0].securityContext";

describe("run-as-nonroot: strict", () => {
  let phases: Phases;
  before(async () => {
    phases = await openPhases({ strict: true });
  });
  after(() => phases.close());

  const cases: [string, RunAs, RunAs[], string[]][] = [
    ["defaults", {}, [{}], []],
    ["a uid", { runAsUser: 7 }, [{}], []],
    ["runAsNonRoot, and the image's user", { runAsNonRoot: true }, [{}], []],
    ["false, but a uid", { runAsNonRoot: false, runAsUser: 7 }, [{}], []],
    ["false, but containers with true", { runAsNonRoot: false }, [{ runAsNonRoot: true }], []],
    ["uid 0, but containers with their own", { runAsUser: 0 }, [{ runAsUser: 7 }], []],
    ["a container with false, but the pod's uid", {}, [{ runAsNonRoot: false }], []],
    ["uid 0, said once for three", { runAsUser: 0 }, [{}, {}, {}], [`${POD}.runAsUser`]],
    ["false and 0", { runAsNonRoot: false, runAsUser: 0 }, [{}], [`${POD}.runAsUser`]],
    ["false", { runAsNonRoot: false }, [{}, {}], [`${POD}.runAsNonRoot`]],
    [
      "a container with false and no uid",
      { runAsNonRoot: true },
      [{ runAsNonRoot: false }],
      [`${FIRST}.runAsNonRoot`],
    ],
    [
      "a container with false and 0",
      {},
      [{ runAsNonRoot: false, runAsUser: 0 }],
      [`${FIRST}.runAsUser`],
    ],
    [
      "a conflict in the pod and root in a container",
      { runAsNonRoot: true, runAsUser: 0 },
      [{}, { runAsNonRoot: false }],
      [`${POD}.runAsUser`],
    ],
  ];
  for (const [title, own, containers, fields] of cases) {
    it(`${title}: ${fields.length === 0 ? "admitted" : `refused for ${fields.join(", ")}`}`, async () => {
      const { denials } = await phases.create({
        securityContext: own,
        containers: containers.map((securityContext, at) => ({ name: `c${at}`, securityContext })),
      });
      expect(denials.map(([field]) => field)).to.deep.equal(fields);
    });
  }

  it("says what is wrong with a field", async () => {
    const spec = { containers: [{ name: "web" }] };
    const root = await phases.create({ ...spec, securityContext: { runAsUser: 0 } });
    expect(root.denials.map(([, message]) => message)).to.deep.equal([
      `${POD}.runAsUser: set to 0 (the root user), which is refused here`,
    ]);
    const open = await phases.create({ ...spec, securityContext: { runAsNonRoot: false } });
    expect(open.denials.map(([, message]) => message)).to.deep.equal([
      `${POD}.runAsNonRoot: must be true where runAsUser is unset: the image could run as root`,
    ]);
  });

  it("judges init containers", async () => {
    const { denials } = await phases.create({
      securityContext: { runAsNonRoot: true },
      initContainers: [{ name: "i", securityContext: { runAsNonRoot: false, runAsUser: 0 } }],
      containers: [{ name: "web" }],
    });
    expect(denials.map(([field]) => field)).to.deep.equal([
      "spec.initContainers[0].securityContext.runAsUser",
    ]);
  });
});
