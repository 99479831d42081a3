import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadConfigFile } from "@gatewright/core";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type Folder, openFolder } from "./test-process.test.ts";

const EXAMPLE = fileURLToPath(new URL("../", import.meta.url));
const run = promisify(execFile);

describe("examples/server", () => {
  let folder: Folder;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => folder.close());

  /** What each printed curl line brings, run by a shell where the user is. */
  async function answers(greeting: string, cwd: string) {
    const lines = greeting.split("\n").filter((line) => line.trim().startsWith("curl "));
    const outputs = await Promise.all(lines.map((line) => run("sh", ["-c", line], { cwd })));
    return outputs.map(({ stdout }) => {
      const { response } = JSON.parse(stdout) as { response: Record<string, unknown> };
      const patch = response["patch"] as string | undefined;
      return {
        allowed: response["allowed"],
        message: (response["status"] as { message: string } | undefined)?.message,
        patch: patch && JSON.parse(Buffer.from(patch, "base64").toString()),
      };
    });
  }

  const three = [
    {
      allowed: true,
      message: undefined,
      patch: [
        {
          op: "add",
          path: "/spec/securityContext",
          value: { runAsNonRoot: true, runAsUser: 1234 },
        },
      ],
    },
    { allowed: true, message: undefined, patch: undefined },
    {
      allowed: false,
      message: "runAsNonRoot specified, but runAsUser set to 0 (the root user)",
      patch: undefined,
    },
  ];

  it("prints curl lines for the three pods that work when pasted", async function () {
    const there = await run("curl", ["--version"]).catch(() => undefined);
    if (there === undefined) this.skip();
    const { greeting } = await folder.start();
    expect(await answers(greeting, folder.path)).to.deep.equal(three);
  });

  it("prints paths for the folder that npm start was typed in", async function () {
    const { greeting } = await folder.start([], { PORT: "0", INIT_CWD: EXAMPLE });
    expect(greeting).to.include(" -d @reviews/defaults.json https://127.0.0.1:");
    const there = await run("curl", ["--version"]).catch(() => undefined);
    if (there === undefined) this.skip();
    expect(await answers(greeting, EXAMPLE)).to.deep.equal(three);
  });

  it("prints its address, its plugins in order, its CA file, and where metrics are", async () => {
    await writeFile(
      join(folder.path, "two.yaml"),
      `host: 127.0.0.1
metrics: { port: 0, host: 127.0.0.1 }
webhooks:
  pods.gatewright.dev:
    plugins: [{ plugin: ./first.mjs }, { plugin: "@gatewright/plugin-run-as-nonroot" }]
`,
    );
    await writeFile(
      join(folder.path, "first.mjs"),
      `import { definePlugin } from ${JSON.stringify(import.meta.resolve("@gatewright/core"))};
const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
export default definePlugin({ name: "first", validate: { rules, sideEffects: "None", handle() {} } });
`,
    );
    const { greeting, url } = await folder.start(["--config", "two.yaml"]);
    const [metrics = ""] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(greeting) ?? [];
    // The first line is the log's own.
    const lines = greeting.split("\n").filter((line) => !line.startsWith("{"));
    expect(lines.slice(0, 5)).to.deep.equal([
      `Gatewright listens on ${url}`,
      "  /mutate/pods.gatewright.dev: run-as-nonroot",
      "  /validate/pods.gatewright.dev: first, run-as-nonroot",
      "  CA file: .gatewright/ca.crt",
      `  metrics: ${metrics}`,
    ]);
    expect(await (await fetch(metrics)).text()).to.include("# HELP gatewright_");
  });

  it("says which plugins are off without a cluster, and how to turn them on", async () => {
    const { greeting } = await folder.start();
    expect(greeting).to.include(
      "Off, because they need a cluster: namespace-tenancy, namespace-quota.",
    );
    expect(greeting).to.include("  npm start -- --kubeconfig ~/.kube/config ");
  });

  it("says in one line which kubeconfig is not there", async () => {
    const ended = await folder.run(["--kubeconfig", "none.yaml"]);
    expect(ended.code).to.equal(1);
    expect(ended.stdout).to.equal("");
    expect(ended.stderr)
      .to.match(/none\.yaml.*\[GW_CLUSTER_CONFIG\]\n$/)
      .and.not.match(/\n./);
  });

  it("answers those who trust its CA file, and ends at once though they stay connected", async () => {
    const { url, end } = await folder.start();
    const ca = await readFile(join(folder.path, ".gatewright/ca.crt"));
    const agent = new Agent({ ca, keepAlive: true });
    const call = request(`${url}/readyz`, { agent }).end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    expect(answer.statusCode).to.equal(200);
    await answer.resume().toArray();
    const { code, stderr } = await end("SIGTERM");
    agent.destroy();
    expect(code).to.equal(0);
    expect(stderr).to.equal("");
  });

  it("ends on Ctrl-C", async () => {
    const { end } = await folder.start();
    expect((await end("SIGINT")).code).to.equal(0);
  });

  it("runs twice in one folder, on two ports", async () => {
    const first = await folder.start();
    const second = await folder.start();
    expect(first.url).not.to.equal(second.url);
    expect((await first.end()).code).to.equal(0);
    expect((await second.end()).code).to.equal(0);
  });

  it("has 127.0.0.1:8443 in its configuration file", async () => {
    const { host, port } = await loadConfigFile(join(EXAMPLE, "gatewright.yaml"));
    expect({ host, port }).to.deep.equal({ host: "127.0.0.1", port: 8443 });
  });

  it("says so in one line where the port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const ended = await folder.run([], { PORT: `${port}` });
    other.close();
    expect(ended).to.deep.equal({
      code: 1,
      stdout: "",
      stderr:
        `cannot listen on 127.0.0.1:${port}: something else listens there already; ` +
        "choose another port [GW_LISTEN]\n",
    });
  });

  it("says in one line what is wrong with the configuration, and where", async () => {
    const file = join(folder.path, "wrong.yaml");
    await writeFile(
      file,
      `webhooks:
  pods.gatewright.dev:
    plugins:
      - plugin: "@gatewright/plugin-run-as-nonroot"
        config: { runAsUsr: 1000 }
`,
    );
    const ended = await folder.run(["--config", "wrong.yaml"]);
    expect(ended.code).to.equal(1);
    expect(ended.stdout).to.equal("");
    expect(ended.stderr).to.match(/^[^\n]*\n$/);
    expect(ended.stderr).to.include(`${file}:5:`);
    expect(ended.stderr).to.match(/unknown key "runAsUsr".*did you mean "runAsUser"/);
  });

  const wrong: [string, string[], NodeJS.ProcessEnv, string | RegExp][] = [
    ["a missing file", ["--config", "no.yaml"], {}, /no\.yaml: there is no such file.*\n$/],
    ["--config without a file", ["--config"], {}, /^Option '--config <value>' argument missing\n$/],
    ["an unknown option", ["--prot"], {}, "Unknown option '--prot'\n"],
    ["an argument", ["x.yaml"], {}, /^Unexpected argument 'x\.yaml'\..*\n$/],
    ["PORT=http", [], { PORT: "http" }, 'PORT must be a number from 0 to 65535, not "http"\n'],
    ["PORT=65536", [], { PORT: "65536" }, 'PORT must be a number from 0 to 65535, not "65536"\n'],
  ];
  for (const [title, args, env, expected] of wrong) {
    it(`refuses ${title} in one line`, async () => {
      const ended = await folder.run(args, env);
      expect(ended.code).to.equal(1);
      expect(ended.stdout).to.equal("");
      if (typeof expected === "string") expect(ended.stderr).to.equal(expected);
      else expect(ended.stderr).to.match(expected);
      expect(ended.stderr).to.match(/^[^\n]*\n$/);
    });
  }

  it("has --help", async () => {
    const { code, stdout, stderr } = await folder.run(["--help"]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    expect(stdout).to.include("--config FILE").and.to.include("PORT");
  });
});

describe("examples/server/README.md", () => {
  let folder: Folder;
  beforeEach(async () => {
    folder = await openFolder();
  });
  afterEach(() => folder.close());

  it("shows commands that answer as it says", async function () {
    const readme = await readFile(join(EXAMPLE, "README.md"), "utf8");
    const shown = /```sh\n(curl .*?)```\s+```(?:json|text)\n(.*?)```/gs;
    const commands = [...readme.matchAll(shown)];
    expect(commands.length).to.equal(3);
    const there = await run("curl", ["--version"]).catch(() => undefined);
    if (there === undefined) this.skip();
    const { url } = await folder.start();
    for (const [, command = "", answer] of commands) {
      const here = command
        .replace(".gatewright/ca.crt", '"$CA_FILE"')
        .replace("https://127.0.0.1:8443", url);
      const { stdout } = await run("sh", ["-c", here], {
        cwd: join(EXAMPLE, "../.."),
        env: { ...process.env, CA_FILE: join(folder.path, ".gatewright/ca.crt") },
      });
      expect(stdout).to.equal(answer);
    }
  });
});
