import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { isRunning } from "../../test/control-plane/is-running.ts";
import {
  type ControlPlane,
  type KwokBinary,
  type KwokStage,
  kwokAvailable,
  startControlPlane,
  startKwok,
  waitUntil,
} from "./index.ts";

const pods = "/api/v1/namespaces/default/pods";

describe("startKwok({ kubeconfig, stages })", () => {
  let plane: ControlPlane;
  let binaries: KwokBinary;
  before(async function () {
    // It may have to be built.
    this.timeout(900_000);
    const found = await kwokAvailable();
    if (!found.available) {
      console.log(`skipped the tests with kwok: ${found.reason}`);
      this.skip();
    }
    binaries = found.binaries;
    plane = await startControlPlane({ controllerManager: false });
    await plane.request("/api/v1/nodes", { body: { metadata: { name: "node-0" } } });
  });
  after(() => plane?.stop());

  async function createPod(name: string, labels: Record<string, string> = {}): Promise<void> {
    const spec = { nodeName: "node-0", containers: [{ name: "c", image: "i" }] };
    const { status, text } = await plane.request(pods, {
      body: { metadata: { name, labels }, spec },
    });
    expect(status, text).to.equal(201);
  }
  const phaseOf = async (name: string) =>
    (await plane.request(`${pods}/${name}`)).body.status.phase as string;

  it("plays a node, on which pods run, and from which they go", async () => {
    await using _ = await startKwok({ kubeconfig: plane.kubeconfig, binaries });
    await waitUntil(
      async () => {
        const { body } = await plane.request("/api/v1/nodes/node-0");
        const conditions: { type: string; status: string }[] = body.status.conditions ?? [];
        return conditions.some(({ type, status }) => type === "Ready" && status === "True");
      },
      { what: "the node to be ready" },
    );
    await createPod("web");
    await waitUntil(async () => (await phaseOf("web")) === "Running", { what: "web to run" });
    await plane.request(`${pods}/web`, { method: "DELETE" });
    await waitUntil(async () => (await plane.request(`${pods}/web`)).status === 404, {
      what: "web to go",
    });
  });

  it("goes by a stage of the caller's instead of its own of that name", async () => {
    const stage: KwokStage = {
      apiVersion: "kwok.x-k8s.io/v1alpha1",
      kind: "Stage",
      metadata: { name: "pod-ready" },
      spec: {
        resourceRef: { apiGroup: "v1", kind: "Pod" },
        selector: { matchLabels: { app: "job" } },
        next: { statusTemplate: "phase: Failed" },
      },
    };
    await using _ = await startKwok({ kubeconfig: plane.kubeconfig, binaries, stages: [stage] });
    await createPod("other");
    await createPod("job", { app: "job" });
    await waitUntil(async () => (await phaseOf("job")) === "Failed", { what: "job to fail" });
    expect(await phaseOf("other")).to.equal("Pending");
  });

  it("leaves no process, no folder and no exit hook", async () => {
    const hooks = process.listenerCount("exit");
    const lines: string[] = [];
    const kwok = await startKwok({
      kubeconfig: plane.kubeconfig,
      binaries,
      log: (line) => lines.push(line),
    });
    expect(existsSync(kwok.logFile)).to.equal(true);
    await Promise.all([kwok.stop(), kwok[Symbol.asyncDispose]()]);
    expect(isRunning(kwok.pid)).to.equal(false);
    expect(existsSync(dirname(kwok.logFile))).to.equal(false);
    expect(process.listenerCount("exit")).to.equal(hooks);
    expect(lines).to.deep.equal([]);
  });

  it("fails with the end of its log where it does not come up", async () => {
    const args = ["--no-such-flag"];
    const error = await startKwok({ kubeconfig: plane.kubeconfig, binaries, args }).then(
      () => expect.fail("it started"),
      (reason: Error) => reason,
    );
    expect(error.message).to.match(/^kwok ended \(exit code 1\) before it was ready; .*:\n/);
    expect(error.message).to.include("unknown flag: --no-such-flag");
  });
});
