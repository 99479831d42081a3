import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { pod } from "./pods.ts";
import { useTestBed } from "./test-bed.ts";

describe("an ephemeral container", () => {
  const bed = useTestBed();
  before("serve run-as-nonroot", async () => {
    await bed.serve([runAsNonRoot()]);
    await bed.kubectl(["create", "-f", "-"], pod("web"));
  });

  /** kubectl debug, with a part of a container to go into the one it makes. */
  async function debug(container: string, custom: object) {
    const file = join(bed.cluster.folder, `${container}.json`);
    await writeFile(file, JSON.stringify(custom));
    const image = ["--image", "example.com/debug:1", "--container", container];
    return bed.kubectl(["debug", "web", ...image, "--profile", "general", "--custom", file]);
  }

  it("is added by kubectl debug, where it says nothing of root", async () => {
    expect(await debug("curious", {})).to.deep.include({ stdout: "", exitCode: 0 });
    const { spec } = await bed.stored("pod/web");
    expect(spec.ephemeralContainers).to.have.length(1);
    expect(spec.ephemeralContainers[0]).to.include({ name: "curious" });
  });

  it("is denied, as kubectl debug prints it, where it runs as root in a pod that must not", async () => {
    expect(await debug("root", { securityContext: { runAsUser: 0 } })).to.deep.equal({
      stdout: "",
      stderr:
        'Error from server (Forbidden): admission webhook "pods.e2e.gatewright.dev" denied the request: ' +
        "spec.ephemeralContainers[1].securityContext.runAsUser: " +
        "runAsNonRoot specified, but runAsUser set to 0 (the root user)\n",
      exitCode: 1,
    });
    const { spec } = await bed.stored("pod/web");
    expect(spec.ephemeralContainers).to.have.length(1);
  });

  it("is denied at pods/ephemeralcontainers, with its field", async () => {
    const root = {
      name: "root",
      image: "example.com/debug:1",
      securityContext: { runAsUser: 0 },
    };
    const path = `/api/v1/namespaces/${bed.namespace}/pods/web/ephemeralcontainers`;
    const { status, body } = await bed.plane.request(path, {
      method: "PATCH",
      contentType: "application/json-patch+json",
      body: [{ op: "add", path: "/spec/ephemeralContainers/-", value: root }],
    });
    expect(status).to.equal(403);
    expect(body.details.causes[0].field).to.equal(
      "spec.ephemeralContainers[1].securityContext.runAsUser",
    );
  });
});
