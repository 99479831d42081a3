import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect } from "chai";
import { describe, it } from "mocha";
import { isRunning } from "../../test/control-plane/is-running.ts";
import { findControlPlane, startControlPlane, waitUntil } from "./index.ts";

describe("startControlPlane({ controllerManager, admissionControlConfig, … }) and stop()", () => {
  it("leaves no process, no folder and no exit hook", async () => {
    const hooks = process.listenerCount("exit");
    const lines: string[] = [];
    const own = await startControlPlane({
      controllerManager: false,
      log: (line) => lines.push(line),
    });
    const { pids, dir } = own;
    expect(Object.keys(pids)).to.have.members(["etcd", "kube-apiserver"]);
    // Without the controller manager a pod needs no service account.
    expect((await own.kubectl(["run", "p", "--image=p"])).stderr).to.equal("");

    // A kubectl that would go on for ever ends too.
    const watching = own.kubectl(["get", "pods", "--watch"]);
    await Promise.all([own.stop(), own[Symbol.asyncDispose]()]);

    expect((await watching).exitCode).to.equal(137);
    for (const pid of Object.values(pids)) expect(isRunning(pid)).to.equal(false);
    expect(existsSync(dir)).to.equal(false);
    expect(process.listenerCount("exit")).to.equal(hooks);
    expect(lines).to.deep.equal([]);
    await own.apiServer.start().then(
      () => expect.fail("it started"),
      (error: Error) => expect(error.message).to.include("has been stopped"),
    );
  });

  it("says in a line that a component ended by itself", async () => {
    const lines: string[] = [];
    await using own = await startControlPlane({
      controllerManager: false,
      log: (line) => lines.push(line),
    });
    process.kill(own.pids["kube-apiserver"] as number, "SIGKILL");
    await waitUntil(() => lines.length > 0, { what: "a line" });
    expect(lines[0]).to.match(
      /^kube-apiserver \(\d+\) of the control plane in .* ended by itself: SIGKILL$/,
    );
  });

  it("fails with the end of the log where a component does not come up", async () => {
    const folders = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith("gatewright-control-plane-"));
    const before = folders();
    const error = await startControlPlane({ apiServerArgs: ["--no-such-flag"] }).then(
      () => expect.fail("it started"),
      (reason: Error) => reason,
    );
    expect(error.message).to.match(
      /^kube-apiserver ended \(exit code 1\) before it was ready; .*:\n/,
    );
    expect(error.message).to.include("unknown flag: --no-such-flag");
    expect(folders()).to.deep.equal(before);
  });

  it("reads an AdmissionConfiguration", async () => {
    const configuration = {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AdmissionConfiguration",
      plugins: [
        {
          name: "PodSecurity",
          configuration: {
            apiVersion: "pod-security.admission.config.k8s.io/v1",
            kind: "PodSecurityConfiguration",
            defaults: { enforce: "restricted", "enforce-version": "latest" },
          },
        },
      ],
    };
    await using own = await startControlPlane({
      controllerManager: false,
      admissionControlConfig: configuration,
    });
    const { stderr } = await own.kubectl(["run", "p", "--image=p"]);
    expect(stderr).to.include('violates PodSecurity "restricted:latest"');
  });

  it("demands a kube-controller-manager only where it was asked for", async () => {
    const { kubeControllerManager: _, ...binaries } = await findControlPlane();
    const error = await startControlPlane({ binaries, controllerManager: true }).then(
      () => expect.fail("it started"),
      (reason: Error & { code?: string }) => reason,
    );
    expect(error.code).to.equal("ASSETS_INCOMPLETE");
    await using own = await startControlPlane({ binaries });
    expect(own.pids).not.to.have.property("kube-controller-manager");
  });
});
