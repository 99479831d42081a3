import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join, sep } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { copyProject, type PackedProject } from "./packed-project.ts";
import { snippetsOf } from "./snippets.ts";

/** What is read of the answer to a review. */
interface Answer {
  response: { allowed: boolean; patch?: string; status?: { message: string; code: number } };
}

describe("examples/custom-webhook, installed from packed tarballs", () => {
  let project: PackedProject;
  let readme: string;

  before(async () => {
    project = copyProject("examples/custom-webhook");
    readme = readFileSync(join(project.folder, "README.md"), "utf8");
    const { code, output } = await project.run("npm", "install", "--no-audit", "--no-fund");
    expect(code, output).to.equal(0);
  });
  after(() => project.remove());

  /** Runs a script of its package.json, which has to succeed. */
  async function npmRun(script: string): Promise<string> {
    const { code, output } = await project.run("npm", "run", script);
    expect(code, output).to.equal(0);
    return output;
  }

  it("has our packages once, from their tarballs, without a link to the workspace", () => {
    const { folder, manifest, packed } = project;
    const modules = join(folder, "node_modules");
    const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const ours = Object.entries(lock.packages).filter(([path]) => path.includes("@gatewright/"));
    expect(ours.map(([path]) => path)).to.have.members(
      ["core", "kubernetes-types", "testing"].map((name) => `node_modules/@gatewright/${name}`),
    );
    for (const [path, { resolved, link }] of ours) {
      expect(link, path).to.equal(undefined);
      expect(resolved, path).to.match(/^file:.*\.tgz$/);
      expect(realpathSync(join(folder, path))).to.equal(join(folder, path));
    }
    const links = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isSymbolicLink(),
    );
    for (const { parentPath, name } of links) {
      expect(realpathSync(join(parentPath, name)).startsWith(modules + sep), name).to.equal(true);
    }
    // What it asks a registry for is what the next release is.
    for (const [name, range] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    })) {
      if (packed.has(name)) expect(range, name).to.equal(`^${packed.get(name)}`);
    }
  });

  it("type-checks with a compiler of its own", async () => {
    await npmRun("check");
  });

  it("passes its tests", async () => {
    const output = await npmRun("test");
    // `node --test` is content without any test. Node 24 reports as a list, Node 22 in TAP.
    const [, passed] = /^[ℹ#] pass (\d+)$/m.exec(output) ?? [];
    expect(Number(passed), output).to.be.greaterThan(20);
    for (const plugin of ["required-labels", "inject-sidecar"]) expect(output).to.include(plugin);
  });

  it("takes the plugin that its README shows, and its test", async () => {
    const shown = snippetsOf("README.md", readme).filter(({ language }) => language === "ts");
    const files = shown.map(({ code }) => ({ code, file: /^\/\/ ([\w.-]+)\n/.exec(code)?.[1] }));
    expect(files.map(({ file }) => file)).to.deep.equal(["no-latest.ts", "no-latest.test.ts"]);
    for (const { code, file } of files) writeFileSync(join(project.folder, "src", `${file}`), code);
    await npmRun("check");
    expect(await npmRun("test")).to.match(/no-latest/);
  });

  describe("started", () => {
    let child: ChildProcess;
    let url: string;
    let ended: Promise<unknown[]>;

    before(async () => {
      // Not by npm, which need not hand signals on.
      const [command, ...args] = project.manifest.scripts["start"]?.split(" ") ?? [];
      expect(command).to.equal("node");
      child = spawn(process.execPath, args, {
        cwd: project.folder,
        env: { ...project.env, PORT: "0" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (data: string) => (output += data));
      }
      ended = once(child, "close");
      while (!/^CA file: .*\n/m.test(output)) {
        const end = await Promise.race([ended, once(child.stdout!, "data").then(() => undefined)]);
        if (end !== undefined) throw new Error(`it ended: ${output}`);
      }
      [url = ""] = /https:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
    });
    after(async () => {
      if (child === undefined || child.exitCode !== null) return;
      child.kill("SIGKILL");
      await ended;
    });

    /** Sends a review of its `reviews` folder as kube-apiserver does, over TLS. */
    async function review(phase: "mutate" | "validate", name: string): Promise<Answer["response"]> {
      const body = readFileSync(join(project.folder, "reviews", `${name}.json`));
      const call = request(`${url}/${phase}/policy.example.com`, {
        method: "POST",
        ca: readFileSync(join(project.folder, ".gatewright/ca.crt")),
        headers: { "content-type": "application/json" },
        agent: false,
      }).end(body);
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      expect(answer.statusCode).to.equal(200);
      return (JSON.parse(await text(answer)) as Answer).response;
    }

    function patchOf({ patch = "" }: Answer["response"]): unknown[] {
      return JSON.parse(Buffer.from(patch, "base64").toString()) as unknown[];
    }

    it("adds a missing label, and refuses what lacks it", async () => {
      const mutated = await review("mutate", "deployment");
      expect(mutated.allowed).to.equal(true);
      expect(patchOf(mutated)).to.deep.equal([
        {
          op: "add",
          path: "/metadata/labels/app.kubernetes.io~1part-of",
          value: "not_available",
        },
      ]);
      const validated = await review("validate", "deployment");
      expect(validated).to.deep.include({ allowed: false });
      expect(validated.status).to.deep.include({
        message: "label app.kubernetes.io/part-of is required",
        code: 403,
      });
    });

    it("injects the sidecar after the pod's own container", async () => {
      const mutated = await review("mutate", "pod");
      expect(mutated.allowed).to.equal(true);
      const paths = (patchOf(mutated) as { path: string }[]).map(({ path }) => path);
      expect(paths).to.have.members([
        "/spec/containers/1",
        "/spec/volumes",
        "/metadata/annotations/sidecar.example.com~1injected",
      ]);
    });

    it("answers the README's curl lines as it says", async function () {
      const shown = [...readme.matchAll(/```sh\n(curl .*?)```\s+```(?:json|text)\n(.*?)```/gs)];
      expect(shown.length).to.equal(3);
      const run = promisify(execFile);
      if ((await run("curl", ["--version"]).catch(() => undefined)) === undefined) this.skip();
      for (const [, command = "", answer] of shown) {
        const here = command.replace("https://127.0.0.1:8443", url);
        const { cwd, env } = { cwd: project.folder, env: project.env };
        const { stdout } = await run("sh", ["-c", here], { cwd, env });
        expect(stdout).to.equal(answer);
      }
    });

    it("ends on Ctrl-C", async () => {
      child.kill("SIGINT");
      expect((await ended)[0]).to.equal(0);
    });
  });
});
