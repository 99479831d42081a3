import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { pod } from "./pods.ts";
import { untilPodsCanBeCreated } from "./shared-control-plane.ts";
import { service, useTestBed } from "./test-bed.ts";

const ways = [
  { by: "URL", registration: {} },
  { by: "Service", registration: { service } },
];

for (const { by, registration } of ways) {
  describe(`the three pods, by ${by}`, () => {
    const bed = useTestBed();
    before("serve run-as-nonroot", () => bed.serve([runAsNonRoot()], { registration }));

    it("defaults: gets runAsNonRoot and a user", async () => {
      expect(await bed.kubectl(["apply", "-f", "-"], pod("defaults"))).to.deep.equal({
        stdout: "pod/defaults created\n",
        stderr: "",
        exitCode: 0,
      });
      const { spec } = await bed.stored("pod/defaults");
      expect(spec.securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 1234 });
    });

    it("override: runAsNonRoot false is left alone", async () => {
      const override = pod("override", { runAsNonRoot: false });
      expect((await bed.kubectl(["apply", "-f", "-"], override)).stderr).to.equal("");
      const { spec } = await bed.stored("pod/override");
      expect(spec.securityContext).to.deep.equal({ runAsNonRoot: false });
    });

    it("conflict: is denied, as kubectl prints it", async () => {
      const conflict = pod("conflict", { runAsNonRoot: true, runAsUser: 0 });
      expect(await bed.kubectl(["apply", "-f", "-"], conflict)).to.deep.equal({
        stdout: "",
        stderr:
          'Error from server (Forbidden): error when creating "STDIN": admission webhook ' +
          '"pods.e2e.gatewright.dev" denied the request: ' +
          "runAsNonRoot specified, but runAsUser set to 0 (the root user)\n",
        exitCode: 1,
      });
      expect((await bed.kubectl(["get", "pod", "conflict"])).stderr).to.include("NotFound");
    });

    it("conflict: the answer has the code, the reason and the field", async () => {
      const { status, body } = await bed.plane.request(`/api/v1/namespaces/${bed.namespace}/pods`, {
        body: pod("conflict", { runAsNonRoot: true, runAsUser: 0 }),
      });
      expect(status).to.equal(403);
      expect(body).to.deep.include({ reason: "Forbidden", code: 403 });
      expect(body.details.causes).to.deep.equal([
        {
          reason: "Forbidden",
          message: "runAsNonRoot specified, but runAsUser set to 0 (the root user)",
          field: "spec.securityContext.runAsUser",
        },
      ]);
    });

    it("kube-system is skipped: the same pods are stored as they were sent", async () => {
      await untilPodsCanBeCreated(bed.plane, "kube-system");
      for (const securityContext of [{}, { runAsNonRoot: true, runAsUser: 0 }]) {
        const sent = pod("skipped", securityContext);
        const created = await bed.plane.kubectl(
          ["--namespace", "kube-system", "create", "-f", "-", "-o", "json"],
          { input: sent },
        );
        expect(created.stderr).to.equal("");
        expect(JSON.parse(created.stdout).spec.securityContext).to.deep.equal(securityContext);
        await bed.plane.kubectl(["--namespace", "kube-system", "delete", "pod", "skipped"]);
      }
    });
  });
}
