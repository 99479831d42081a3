import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { configFile, gatewright, name, namespace } from "./gatewright-command.ts";

/** As much of an object as is read here. */
interface Applied {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Of ours: nothing else is read here. */
interface Deployment extends Applied {
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
  spec: { replicas: number; selector: any; template: { metadata: any; spec: any } };
}

describe("gatewright manifests | kubectl apply --server-side -f -", () => {
  let plane: ControlPlane;
  let stream: string;
  let objects: Applied[];
  before(async () => {
    plane = await startControlPlane();
    stream = await gatewright("manifests", "-c", configFile);
    objects = parseAllDocuments(stream, { version: "1.1" }).map((text) => text.toJS() as Applied);
  });
  after(() => plane?.stop());

  const apply = (input: string | object, ...flags: string[]) =>
    plane.kubectl(["apply", "--server-side", ...flags, "-f", "-"], { input });
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");

  it("as a dry run on the server: it would take all of it, with nothing to say", async () => {
    // A dry run makes no namespace for what is in it.
    const [home] = objects.filter(({ kind }) => kind === "Namespace");
    expect(await apply(home ?? {})).to.deep.include({ exitCode: 0, stderr: "" });
    const dry = await apply(stream, "--dry-run=server", "--validate=strict");
    expect(dry).to.deep.include({ exitCode: 0, stderr: "" });
    expect(lines(dry.stdout)).to.have.length(objects.length);
    for (const line of lines(dry.stdout))
      expect(line).to.match(/ serverside-applied \(server dry run\)$/);
    const { stdout } = await plane.kubectl(["get", "all", "-n", namespace, "-o", "name"]);
    expect(stdout).to.equal("");
  });

  it("for real: in one go on a fresh cluster, and then there is nothing that would change", async () => {
    await plane.kubectl(["delete", "namespace", namespace]);
    const first = await apply(stream, "--validate=strict");
    expect(first).to.deep.include({ exitCode: 0, stderr: "" });
    expect(lines(first.stdout)).to.have.length(objects.length);
    const diff = await plane.kubectl(["diff", "--server-side", "-f", "-"], { input: stream });
    expect(diff).to.deep.equal({ stdout: "", stderr: "", exitCode: 0 });
    expect(await apply(stream)).to.deep.include({ exitCode: 0, stderr: "" });
  });

  it("the ReplicaSet's pods are there, under the restricted Pod Security level", async () => {
    const labels = await plane.request(`/api/v1/namespaces/${namespace}`);
    expect(labels.body.metadata.labels).to.include({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    const pods = await waitUntil(
      async () => {
        const { body } = await plane.request(`/api/v1/namespaces/${namespace}/pods`);
        expect(body.items).to.have.length(2);
        return body.items;
      },
      { what: "two pods" },
    );
    for (const { metadata, spec } of pods) {
      expect(metadata.ownerReferences[0]).to.include({ kind: "ReplicaSet" });
      expect(spec.serviceAccountName).to.equal(name);
      // By the class of its own, which the API server's admission looks up.
      expect(spec.priority).to.equal(1_000_000_000);
    }
  });

  const violations: [string, (pod: Deployment["spec"]["template"]["spec"]) => void, string][] = [
    ["root allowed", (pod) => delete pod.securityContext.runAsNonRoot, "runAsNonRoot != true"],
    ["root by number", (pod) => (pod.securityContext.runAsUser = 0), "runAsUser=0"],
    ["no seccomp profile", (pod) => delete pod.securityContext.seccompProfile, "seccompProfile"],
    ["the host's network", (pod) => (pod.hostNetwork = true), "host namespaces"],
    [
      "a folder of the host",
      (pod) => pod.volumes.push({ name: "h", hostPath: { path: "/" } }),
      "hostPath",
    ],
    [
      "all capabilities",
      (pod) => delete only(pod).securityContext.capabilities,
      "unrestricted capabilities",
    ],
    [
      "privileges gained",
      (pod) => delete only(pod).securityContext.allowPrivilegeEscalation,
      "allowPrivilegeEscalation != false",
    ],
    [
      "a privileged container",
      (pod) =>
        Object.assign(only(pod).securityContext, {
          privileged: true,
          allowPrivilegeEscalation: true,
        }),
      "privileged",
    ],
  ];
  for (const [index, [what, change, why]] of violations.entries()) {
    it(`a template with ${what} would get no pod`, async () => {
      const changed = structuredClone(
        objects.find(({ kind }) => kind === "Deployment"),
      ) as Deployment;
      const instance = `changed-${index}`;
      changed.metadata.name = instance;
      for (const { labels } of [
        changed.spec.template.metadata,
        { labels: changed.spec.selector.matchLabels },
      ]) {
        labels["app.kubernetes.io/instance"] = instance;
      }
      change(changed.spec.template.spec);
      const { exitCode, stderr } = await apply(changed);
      expect(exitCode, stderr).to.equal(0);
      expect(stderr)
        .to.include('Warning: would violate PodSecurity "restricted:latest"')
        .and.include(why);
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${instance}`;
      const failure = await waitUntil(
        async () => {
          const { body } = await plane.request(path);
          return body.status.conditions?.find(
            ({ type }: { type: string }) => type === "ReplicaFailure",
          );
        },
        { what: "the Deployment to report the failure" },
      );
      expect(failure).to.include({ status: "True", reason: "FailedCreate" });
      expect(failure.message)
        .to.include('violates PodSecurity "restricted:latest"')
        .and.include(why);
      await plane.request(path, { method: "DELETE" });
    });
  }

  it("applied by kubectl itself it is the same", async () => {
    await untilGone();
    expect(await plane.kubectl(["apply", "-f", "-"], { input: stream })).to.include({
      exitCode: 0,
      stderr: "",
    });
    const diff = await plane.kubectl(["diff", "-f", "-"], { input: stream });
    expect(diff).to.deep.equal({ stdout: "", stderr: "", exitCode: 0 });
  });

  it("taken back by the same stream, nothing of it stays", untilGone);

  async function untilGone(): Promise<void> {
    const { exitCode, stderr } = await plane.kubectl(["delete", "-f", "-"], { input: stream });
    expect(exitCode, stderr).to.equal(0);
    const left = await plane.kubectl(["get", "--ignore-not-found", "-o", "name", "-f", "-"], {
      input: stream,
    });
    expect(left).to.deep.equal({ stdout: "", stderr: "", exitCode: 0 });
  }
});

function only(pod: Deployment["spec"]["template"]["spec"]) {
  expect(pod.containers).to.have.length(1);
  return pod.containers[0];
}
