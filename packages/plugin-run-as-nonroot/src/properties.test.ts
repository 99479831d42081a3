import { createPipeline, type Pipeline } from "@gatewright/core";
import { admit, creates } from "@gatewright/testing";
import { expect } from "chai";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { podOf } from "../test/pod.ts";
import plugin from "./index.ts";
import type { ContainerSecurity, PodSecurity, RunAs } from "./pod-security.ts";

const unset = fc.constantFrom(undefined, null);
const runAs: fc.Arbitrary<RunAs | null | undefined> = fc.oneof(
  unset,
  fc.record(
    {
      runAsNonRoot: fc.oneof(fc.boolean(), fc.constant(null)),
      runAsUser: fc.oneof(fc.constantFrom(0, 1, 1234, 2_147_483_647), fc.constant(null)),
      fsGroup: fc.constantFrom(0, 7),
    },
    { requiredKeys: [] },
  ),
);
const containers = (name: string, minLength: number): fc.Arbitrary<ContainerSecurity[]> =>
  fc.array(runAs, { minLength, maxLength: 3 }).map((all) =>
    all.map((own, index) => ({
      name: `${name}${index}`,
      ...(own === undefined ? {} : { securityContext: own }),
    })),
  );
const pods: fc.Arbitrary<PodSecurity> = fc
  .record({ own: runAs, init: containers("i", 0), main: containers("c", 1) })
  .map(({ own, init, main }) => ({
    ...(own === undefined ? {} : { securityContext: own }),
    ...(init.length === 0 ? {} : { initContainers: init }),
    containers: main,
  }));

/**
 * What the kubelet makes of a container (`pkg/kubelet/kuberuntime/security_context_others.go`,
 * verifyRunAsNonRoot), written down apart from the plugin: `imageUid` is what the image says.
 */
function startsAs(
  { securityContext }: PodSecurity,
  container: ContainerSecurity,
  imageUid: number,
): number | "refused" {
  const said = { ...withoutNulls(securityContext), ...withoutNulls(container.securityContext) };
  const uid = said.runAsUser ?? imageUid;
  return said.runAsNonRoot === true && uid === 0 ? "refused" : uid;
}

function withoutNulls(said: RunAs | null | undefined): RunAs {
  return Object.fromEntries(Object.entries(said ?? {}).filter(([, value]) => value !== null));
}

const all = ({ initContainers, containers }: PodSecurity) => [
  ...(initContainers ?? []),
  ...(containers ?? []),
];

describe("run-as-nonroot: properties of any pod", () => {
  let lenient: Pipeline;
  let strict: Pipeline;
  const open = (config: { strict: boolean }) =>
    createPipeline({ webhooks: { "pods.gatewright.dev": { plugins: [plugin(config)] } } });
  before(async () => {
    lenient = await open({ strict: false });
    strict = await open({ strict: true });
  });
  after(async () => {
    await lenient.close();
    await strict.close();
  });

  /** Both phases: the specification that would be stored, and why it is not. */
  const create = async (pipeline: Pipeline, pod: PodSecurity) => {
    const { object, patches, status } = await admit(pipeline, creates(podOf(pod)));
    return {
      spec: object?.["spec"] as PodSecurity,
      patches,
      denials: status?.details?.causes ?? [],
    };
  };

  it("a second pass changes nothing, and says the same of the pod", async () => {
    await fc.assert(
      fc.asyncProperty(pods, async (pod) => {
        for (const each of [lenient, strict]) {
          const first = await create(each, pod);
          const second = await create(each, first.spec);
          expect(second.patches).to.deep.equal([]);
          expect(second.denials).to.deep.equal(first.denials);
        }
      }),
    );
  });

  it("no container is changed, and nothing that the pod says", async () => {
    await fc.assert(
      fc.asyncProperty(pods, async (pod) => {
        const { spec } = await create(lenient, pod);
        expect({ ...spec, securityContext: 0 }).to.deep.equal({ ...pod, securityContext: 0 });
        const { securityContext } = spec;
        expect({ ...securityContext, ...withoutNulls(pod.securityContext) }).to.deep.equal(
          securityContext,
        );
        expect(securityContext?.runAsNonRoot).to.be.a("boolean");
      }),
    );
  });

  it("in what is admitted, the kubelet refuses no container for a uid of 0 in its settings", async () => {
    await fc.assert(
      fc.asyncProperty(pods, async (pod) => {
        const { spec, denials } = await create(lenient, pod);
        const started = all(spec).map((container) => startsAs(spec, container, 7));
        if (denials.length === 0) expect(started).not.to.include("refused");
        // The other way round: nothing is refused but that, and a pod that contradicts itself.
        const { runAsNonRoot, runAsUser } = spec.securityContext ?? {};
        if (!started.includes("refused") && !(runAsNonRoot === true && runAsUser === 0)) {
          expect(denials).to.deep.equal([]);
        }
      }),
    );
  });

  it("strict: in what is admitted, no container starts as root, from an image that wants to be", async () => {
    await fc.assert(
      fc.asyncProperty(pods, async (pod) => {
        const { spec, denials } = await create(strict, pod);
        const started = all(spec).map((container) => startsAs(spec, container, 0));
        if (denials.length === 0) expect(started).not.to.include(0);
        else {
          const alone = (await create(lenient, pod)).denials;
          expect(started.includes(0) || alone.length > 0).to.be.true;
        }
      }),
    );
  });
});
