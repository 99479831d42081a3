import { type AdmissionRequest, definePlugin, type Outcome } from "@gatewright/core";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { createdPods, pod } from "./pods.ts";
import { service, useTestBed, webhookName } from "./test-bed.ts";

const conflict = { runAsNonRoot: true, runAsUser: 0 };
const denied = `Error from server (Forbidden): error when creating "STDIN": admission webhook "${webhookName}" denied the request: runAsNonRoot specified, but runAsUser set to 0 (the root user)\n`;

describe("dry run", () => {
  const bed = useTestBed();
  const seen: AdmissionRequest[] = [];
  before("serve run-as-nonroot", () =>
    bed.serve([runAsNonRoot()], {
      server: {
        aroundReview({ request }, next) {
          seen.push(request);
          return next();
        },
      },
    }),
  );
  const dryRun = ["create", "--dry-run=server", "-f", "-"];

  it("shows what would be stored, and stores nothing", async () => {
    const { stdout, stderr } = await bed.kubectl([...dryRun, "-o", "json"], pod("rehearsed"));
    expect(stderr).to.equal("");
    const { securityContext } = JSON.parse(stdout).spec;
    expect(securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 1234 });
    expect((await bed.kubectl(["get", "pods"])).stderr).to.match(/^No resources found/);
    expect(seen.splice(0).map(({ dryRun }) => dryRun)).to.deep.equal([true, true]);
  });

  it("is denied with the same words", async () => {
    expect((await bed.kubectl(dryRun, pod("rehearsed", conflict))).stderr).to.equal(denied);
    const inEarnest = await bed.kubectl(["create", "-f", "-"], pod("rehearsed", conflict));
    expect(inEarnest.stderr).to.equal(denied);
  });
});

describe("registered for v1beta1", () => {
  const bed = useTestBed();
  before("serve run-as-nonroot", () =>
    bed.serve([runAsNonRoot()], {
      registration: { service, policy: { admissionReviewVersions: ["v1beta1"] } },
    }),
  );

  // The API server takes no answer in another version than it asked in, and Fail would show that.
  it("patches", async () => {
    expect((await bed.kubectl(["create", "-f", "-"], pod("old"))).stderr).to.equal("");
    const { spec } = await bed.stored("pod/old");
    expect(spec.securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 1234 });
  });

  it("denies, with the same words", async () => {
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("older", conflict));
    expect(stderr).to.equal(denied);
  });
});

describe("reinvocation", () => {
  const bed = useTestBed();
  const outcomes: Outcome[] = [];
  const addsSidecar = (securityContext: object) =>
    definePlugin({
      name: "adds-sidecar",
      mutate: {
        rules: createdPods,
        sideEffects: "None",
        handle({ object: { spec } }) {
          if (spec?.containers?.some(({ name }) => name === "sidecar")) return;
          spec?.containers?.push({
            name: "sidecar",
            image: "example.com/sidecar:1",
            securityContext,
          });
        },
      },
    })();

  before("serve run-as-nonroot", () =>
    bed.serve([runAsNonRoot()], {
      registration: {
        policy: ({ phase }) => (phase === "mutate" ? { reinvocationPolicy: "IfNeeded" } : {}),
      },
      server: {
        async aroundReview({ endpoint }, next) {
          const outcome = await next();
          if (endpoint.phase === "mutate") outcomes.push(outcome);
          return outcome;
        },
      },
    }),
  );

  /** A second server, whose configuration comes after the first by name. */
  const serveSidecar = (securityContext: object) =>
    bed.serve([addsSidecar(securityContext)], {
      webhook: "sidecars.e2e.gatewright.dev",
      registration: { name: "z-sidecar" },
    });

  it("calls us once more after another webhook's change, and we change nothing more", async () => {
    await serveSidecar({});
    expect((await bed.kubectl(["create", "-f", "-"], pod("twice"))).stderr).to.equal("");
    const { spec } = await bed.stored("pod/twice");
    expect(spec.containers.map(({ name }: { name: string }) => name)).to.deep.equal([
      "main",
      "sidecar",
    ]);
    expect(spec.securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 1234 });
    expect(outcomes.splice(0).map(({ patch }) => patch.length > 0)).to.deep.equal([true, false]);
  });

  it("judges what the other webhook put in", async () => {
    await serveSidecar({ runAsUser: 0 });
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("rooted"));
    expect(stderr).to.include(`admission webhook "${webhookName}" denied the request: `);
    expect(stderr).to.include("spec.containers[1]");
  });
});
