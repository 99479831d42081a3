import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type ControlPlane,
  helmAvailable,
  startControlPlane,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { expectContains } from "./contains.ts";
import { configFile, gatewright, name, namespace } from "./gatewright-command.ts";

/** As much of an object as is read here. */
interface Installed {
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
}

describe("gatewright manifests --format helm, installed by helm", () => {
  let plane: ControlPlane;
  let helmFile: string;
  let folder: string;
  let chart: string;
  /** Without the namespace, which Helm makes. */
  let plain: Installed[];
  before(async function () {
    // It may have to be built.
    this.timeout(900_000);
    const found = await helmAvailable();
    if (!found.available) {
      console.log(`skipped the tests with helm: ${found.reason}`);
      this.skip();
    }
    helmFile = found.binaries.helm;
    plane = await startControlPlane();
    folder = await mkdtemp(join(tmpdir(), "gatewright-install-"));
    chart = join(folder, "chart");
    await gatewright("manifests", "-c", configFile, "--format", "helm", "-o", chart);
    plain = objectsIn(await gatewright("manifests", "-c", configFile)).filter(
      ({ kind }) => kind !== "Namespace",
    );
  });
  after(async () => {
    await plane?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const objectsIn = (text: string) =>
    parseAllDocuments(text, { version: "1.1" })
      .map((document) => document.toJS() as Installed | null)
      .filter((object) => object !== null);
  const sorted = (objects: readonly Installed[]) =>
    objects.toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
  const idOf = ({ kind, metadata }: Installed) => `${kind} ${metadata.namespace}/${metadata.name}`;

  async function helm(...args: string[]): Promise<string> {
    const flags = ["--kubeconfig", plane.kubeconfig, "--namespace", namespace];
    const env = { HOME: join(folder, "home") };
    const { stdout } = await promisify(execFile)(helmFile, [...args, ...flags], {
      env,
      maxBuffer: 1 << 24,
    });
    return stdout;
  }

  async function stored(object: Installed): Promise<Installed | undefined> {
    const { stdout } = await plane.kubectl(["get", "--ignore-not-found", "-o", "json", "-f", "-"], {
      input: object,
    });
    // kubectl makes a list of what it read from a file.
    return stdout === "" ? undefined : (JSON.parse(stdout) as { items: Installed[] }).items[0];
  }

  const deployment = async () =>
    (await plane.request(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`)).body;
  const replicaSets = async (): Promise<string[]> => {
    const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const { body } = await plane.request(path);
    return body.items.map(({ metadata }: Installed) => metadata.name).toSorted();
  };

  it("helm template: what gatewright manifests writes, object by object", async () => {
    expect(plain).to.have.length.above(8);
    const rendered = objectsIn(await helm("template", name, chart));
    expect(sorted(rendered)).to.deep.equal(sorted(plain));
  });

  it("helm install --dry-run=server: says what it would do, and does nothing", async () => {
    const output = await helm("install", name, chart, "--dry-run=server", "--create-namespace");
    expect(output).to.include("STATUS: pending-install").and.include("kind: Deployment");
    expect((await plane.request(`/api/v1/namespaces/${namespace}`)).status).to.equal(404);
  });

  it("helm install: every object is stored as gatewright manifests writes it", async () => {
    const output = await helm("install", name, chart, "--create-namespace");
    expect(output)
      .to.include("STATUS: deployed")
      .and.include("rollout status deployment/gatewright");
    for (const object of plain) {
      // Helm marks what it manages.
      const labels = { ...object.metadata.labels, "app.kubernetes.io/managed-by": "Helm" };
      const expected = { ...object, metadata: { ...object.metadata, labels } };
      expectContains(await stored(object), expected, idOf(object));
    }
    expect(sorted(objectsIn(await helm("get", "manifest", name)))).to.deep.equal(sorted(plain));
  });

  it("its pods are there once the namespace has the label that helm's notes ask for", async () => {
    const notes = await helm("get", "notes", name);
    const [, args = ""] = /^ +kubectl (label namespace .*)$/m.exec(notes) ?? [];
    const labelled = await plane.kubectl(args.split(" "));
    // It would warn of pods that are under a weaker level.
    expect(labelled).to.include({ exitCode: 0, stderr: "" });
    await waitUntil(async () => (await pods()) === 2, { what: "two pods" });
  });

  const pods = async (): Promise<number> =>
    (await plane.request(`/api/v1/namespaces/${namespace}/pods`)).body.items.length;

  it("helm upgrade --set replicas=3: three, of the same template", async () => {
    const sets = await replicaSets();
    await helm("upgrade", name, chart, "--set", "replicas=3");
    expect((await deployment()).spec.replicas).to.equal(3);
    await waitUntil(async () => (await pods()) === 3, { what: "three pods" });
    expect(await replicaSets()).to.deep.equal(sets);
  });

  it("helm upgrade --set-file config=…: the pods are replaced by others with it", async () => {
    const sets = await replicaSets();
    const text = (await readFile(configFile, "utf8")).replace("pods: 50", "pods: 60");
    const changed = join(folder, "changed.yaml");
    await writeFile(changed, text);
    await helm("upgrade", name, chart, "--set-file", `config=${changed}`);
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const { body } = await plane.request(path);
    expect(body.data).to.deep.equal({ "gatewright.yaml": text });
    await waitUntil(async () => (await replicaSets()).length === sets.length + 1, {
      what: "another ReplicaSet",
    });
  });

  it("helm upgrade with what makes no sense: refused, and all is as it was", async () => {
    const { metadata } = await deployment();
    for (const [value, message] of [
      ["replicas=none", "/replicas"],
      ["config=port: 9443", "in config is not what this chart was written from"],
    ] as const) {
      const error = await helm("upgrade", name, chart, "--set", value).then(
        () => expect.fail(`${value} is taken`),
        (thrown: { stderr: string }) => thrown.stderr,
      );
      expect(error).to.include(message);
    }
    expect((await deployment()).metadata.generation).to.equal(metadata.generation);
  });

  it("helm rollback: as it was installed", async () => {
    await helm("rollback", name, "1");
    expect((await deployment()).spec.replicas).to.equal(2);
  });

  it("helm uninstall: nothing of it stays", async () => {
    await helm("uninstall", name, "--wait");
    for (const object of plain) expect(await stored(object), idOf(object)).to.equal(undefined);
  });
});
