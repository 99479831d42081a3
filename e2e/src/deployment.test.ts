import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { type Pod, pod } from "./pods.ts";
import { useTestBed } from "./test-bed.ts";

describe("Deployment to ReplicaSet to pods", () => {
  const bed = useTestBed();
  before("serve run-as-nonroot", () => bed.serve([runAsNonRoot()]));

  function deployment(name: string, securityContext?: Pod["spec"]["securityContext"]) {
    const { spec } = pod("", securityContext);
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec },
      },
    };
  }

  it("the pods come out with what the webhook sets, the template stays as it is", async () => {
    expect(await bed.kubectl(["apply", "-f", "-"], deployment("web"))).to.deep.equal({
      stdout: "deployment.apps/web created\n",
      stderr: "",
      exitCode: 0,
    });
    const pods = await waitUntil(
      async () => {
        const { stdout } = await bed.kubectl(["get", "pods", "-l", "app=web", "-o", "json"]);
        const { items } = JSON.parse(stdout) as { items: { spec: object }[] };
        expect(items).to.have.length(2);
        return items;
      },
      { what: "two pods of the Deployment" },
    );
    for (const { spec } of pods) {
      expect(spec).to.deep.include({ securityContext: { runAsNonRoot: true, runAsUser: 1234 } });
    }
    const { spec } = await bed.stored("deployment/web");
    expect(spec.template.spec.securityContext).to.deep.equal({});
  });

  it("a template in conflict: no pod, and the Deployment says why", async () => {
    const conflict = deployment("rooted", { runAsNonRoot: true, runAsUser: 0 });
    await bed.kubectl(["apply", "-f", "-"], conflict);
    const condition = await waitUntil(
      async () => {
        const { status } = await bed.stored("deployment/rooted");
        return status.conditions?.find(({ type }: { type: string }) => type === "ReplicaFailure");
      },
      { what: "the Deployment to report the failure" },
    );
    expect(condition).to.include({ status: "True", reason: "FailedCreate" });
    expect(condition.message).to.equal(
      'admission webhook "pods.e2e.gatewright.dev" denied the request: ' +
        "runAsNonRoot specified, but runAsUser set to 0 (the root user)",
    );
    const pods = await bed.kubectl(["get", "pods", "-l", "app=rooted"]);
    expect(pods.stderr).to.match(/^No resources found/);
  });
});
