// cluster/README.md, with a real API server: what it shows is what a user sees.
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createPipeline, loadConfigFile } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import {
  type ControlPlane,
  findControlPlane,
  startControlPlane,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { type Folder, openFolder } from "./test-process.test.ts";

const EXAMPLE = fileURLToPath(new URL("../", import.meta.url));
const CLUSTER = join(EXAMPLE, "cluster");
const run = promisify(execFile);

/** Commands of the README with what it shows below each, if it shows anything. */
async function steps(): Promise<{ command: string; shown: string | undefined }[]> {
  const readme = await readFile(join(CLUSTER, "README.md"), "utf8");
  const blocks = readme.matchAll(/```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?/gs);
  return [...blocks].map(([, command = "", shown]) => ({ command, shown }));
}

interface Registered {
  kind: string;
  webhooks: { name: string; rules: object[]; sideEffects: string; timeoutSeconds: number }[];
}

describe("examples/server/cluster/webhooks.yaml", () => {
  it("registers what the configuration's plugins ask for, and nothing else", async () => {
    const { webhooks } = await loadConfigFile(join(CLUSTER, "gatewright.yaml"), {
      importPlugin: (name) => import(name),
    });
    const pipeline = await createPipeline({ webhooks, cluster: createFakeCluster() });
    await pipeline.close();
    const asked = [...pipeline.reviewers.values()].map(({ endpoint }) => endpoint);
    const text = await readFile(join(CLUSTER, "webhooks.yaml"), "utf8");
    const registered = parseAllDocuments(text).flatMap((document) => {
      const { kind, webhooks: entries } = document.toJS() as Registered;
      const phase = kind === "MutatingWebhookConfiguration" ? "mutate" : "validate";
      return entries.map(({ name, rules, sideEffects, timeoutSeconds }) => {
        return { name, phase, rules, sideEffects, timeoutSeconds };
      });
    });
    expect(registered).to.have.deep.members(
      asked.map(({ name, phase, rules, sideEffects, timeoutSeconds }) => {
        return { name, phase, rules, sideEffects, timeoutSeconds };
      }),
    );
  });
});

describe("examples/server/cluster/README.md, with a real API server", () => {
  let plane: ControlPlane;
  let folder: Folder;
  let port: string;
  before(async () => {
    [plane, folder] = await Promise.all([startControlPlane(), openFolder()]);
    await mkdir(join(folder.path, "examples"));
    await symlink(EXAMPLE, join(folder.path, "examples/server"));
  });
  after(async () => {
    await Promise.all([folder?.close(), plane?.stop()]);
  });

  /** As the README's reader has it: a shell, kubectl, and a kubeconfig. */
  async function shell(command: string): Promise<string> {
    const script = command
      .replace("HOST=host.docker.internal PORT=8443", `HOST=127.0.0.1 PORT=${port}`)
      .replaceAll(/\bkubectl /g, `"$KUBECTL" `);
    const { kubectl } = await findControlPlane();
    const env = { ...process.env, KUBECONFIG: plane.kubeconfig, KUBECTL: kubectl };
    const { stdout, stderr } = await run("sh", ["-c", script], { cwd: folder.path, env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    return `${stdout}${stderr}`;
  }

  it("starts from outside, with every plugin", async () => {
    const { greeting, url } = await folder.start(["--kubeconfig", plane.kubeconfig]);
    port = new URL(url).port;
    for (const path of ["mutate/tenancy", "validate/tenancy", "validate/quota", "mutate/pods"]) {
      expect(greeting).to.include(`  /${path}.gatewright.dev: `);
    }
    expect(greeting).to.include("the cluster does not call this server");
  });

  it("does what it says, command after command", async () => {
    const [, register, undo, ...story] = await steps();
    expect(register?.command).to.include("kubectl apply");
    expect(undo?.command).to.include("kubectl delete");
    const registered = await shell(register?.command ?? "");
    expect(registered.match(/ created$/gm)).to.have.length(2);
    for (const { command, shown } of story) {
      const seen = await shell(command);
      if (shown !== undefined) expect(seen, command).to.equal(shown);
    }
    expect(await shell(undo?.command ?? "")).to.match(/deleted\n.*deleted\n/);
  });
});
