import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { createAuthority } from "../authority.ts";
import { contextFiles } from "./build-context.ts";
import { type BuiltImage, buildImage } from "./built-image.ts";
import { copyOf, stagesOf, textsOf } from "./dockerfile.ts";
import { configFile, gatewright } from "./gatewright-command.ts";

const stages = stagesOf(readFileSync("Dockerfile", "utf8"));
const [build, final] = stages;
if (build === undefined || final === undefined) throw new Error("the Dockerfile has two stages");
const { dependencies } = JSON.parse(readFileSync("image/package.json", "utf8")) as {
  dependencies: Record<string, string>;
};

describe("Dockerfile", () => {
  it("builds in one stage, and leaves compilers, shell and package managers there", () => {
    expect(stages).to.have.length(2);
    expect(final.image).to.match(/^gcr\.io\/distroless\/nodejs24-debian\d+:nonroot$/);
    // Without a shell there is nothing that could run one.
    expect(textsOf(final, "RUN")).to.deep.equal([]);
    for (const name of ["ENTRYPOINT", "CMD"]) {
      const [words] = textsOf(final, name);
      expect(JSON.parse(words ?? ""), name).to.be.an("array");
    }
  });

  it("runs as a user by number, to whom nothing in it belongs", () => {
    expect(textsOf(final, "USER")).to.deep.equal(["65532:65532"]);
    const copies = textsOf(final, "COPY").map(copyOf);
    expect(copies).not.to.have.length(0);
    for (const copy of copies) expect(copy).to.include({ from: build.name, owner: "0:0" });
  });

  it("takes what it is built from, and no key, no cluster's address, no history", () => {
    const files = contextFiles(".");
    for (const needed of ["pnpm-lock.yaml", "LICENSE", "packages/cli/src/main.ts"]) {
      expect(files).to.include(needed);
    }
    const unwanted =
      /^certificates\/|(?:^|\/)(?:\.git|node_modules|dist|\.gatewright)\/|\.(?:pem|key|crt|log)$|kubeconfig$/;
    expect(files.filter((file) => unwanted.test(file))).to.deep.equal([]);
  });

  it("starts what the manifests start, and without arguments just the same", async () => {
    const stream = await gatewright("manifests", "-c", configFile);
    const deployment = parseAllDocuments(stream)
      .map((document) => document.toJS())
      .find(({ kind }) => kind === "Deployment");
    const [container] = deployment.spec.template.spec.containers;
    // Arguments alone: the command is the image's.
    expect(container).not.to.have.property("command");
    expect(container.args).to.deep.equal(JSON.parse(textsOf(final, "CMD")[0] ?? ""));
    const ports = container.ports.map((port: { containerPort: number }) => port.containerPort);
    expect(textsOf(final, "EXPOSE")).to.deep.equal([ports.join(" ")]);
  });

  it("has the command and every plugin in it", () => {
    const plugins = readdirSync("packages").filter((name) => name.startsWith("plugin-"));
    expect(plugins).not.to.have.length(0);
    expect(Object.keys(dependencies)).to.have.members([
      "gatewright",
      ...["core", "kubernetes", ...plugins].map((name) => `@gatewright/${name}`),
    ]);
  });
});

// No container engine: its commands are run as they stand, in a folder, with this Node.
describe("what the Dockerfile makes", () => {
  let image: BuiltImage;
  let folder: string;
  before("build it", async function () {
    this.timeout(300_000);
    image = await buildImage(".", stages);
    folder = mkdtempSync(join(tmpdir(), "gatewright-mounted-"));
    chmodSync(folder, 0o755);
  });
  after(() => {
    image?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const app = () => join(image.root, "app/node_modules");

  it("is files, without links, and without what only compilers read", () => {
    const entries = readdirSync(app(), { recursive: true, withFileTypes: true });
    const outward = entries.filter(
      (entry) => entry.isSymbolicLink() && !entry.parentPath.endsWith(".bin"),
    );
    expect(outward.map(({ name }) => name)).to.deep.equal([]);
    const surplus = entries.filter(({ name }) => /\.(?:map|d\.ts)$/.test(name));
    expect(surplus.map(({ name }) => name)).to.deep.equal([]);
    for (const development of ["typescript", "mocha", "esbuild", "@gatewright/testing"]) {
      expect(existsSync(join(app(), development)), development).to.equal(false);
    }
    expect(readFileSync(join(image.root, "app/LICENSE"), "utf8")).to.match(/Apache License/);
  });

  it("its entry is the gatewright command", async () => {
    const child = image.run("--help");
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    expect(code).to.equal(0);
    expect(output).to.match(/^Usage: gatewright /);
  });

  it("every package of it loads", async () => {
    const names = JSON.stringify(Object.keys(dependencies));
    const script = `for (const name of ${names}) await import(name);`;
    const child = image.node("--input-type=module", "--eval", script);
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(errors).to.equal("");
    expect(code).to.equal(0);
  });

  it("serves a configuration's plugin as the image's user, and writes nothing", async () => {
    const { cert, key, ca } = await certificate();
    const [port, metrics] = [await freePort(), await freePort()];
    const file = (name: string, content: string) => writeFileSync(join(folder, name), content);
    file("tls.crt", cert);
    file("tls.key", key);
    file(
      "gatewright.yaml",
      `port: ${port}
host: 127.0.0.1
metrics: { host: 127.0.0.1, port: ${metrics} }
shutdown: { gracePeriodSeconds: 0 }
tls: { certFile: tls.crt, keyFile: tls.key }
webhooks:
  pods.example.com:
    plugins:
      - plugin: "@gatewright/plugin-run-as-nonroot"
`,
    );
    const filesBefore = readdirSync(image.root, { recursive: true }).length;
    const child = image.run("serve", "--config", join(folder, "gatewright.yaml"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const agent = new Agent({ ca, keepAlive: false });
    try {
      const url = `https://127.0.0.1:${port}`;
      await waitUntil(
        async () => {
          if (child.exitCode !== null) return true;
          return (await ask(agent, `${url}/readyz`)).status === 200;
        },
        { what: "the server" },
      );
      expect(child.exitCode, output).to.equal(null);
      const answer = await ask(agent, `${url}/mutate/pods.example.com`, review);
      expect(JSON.parse(answer.body).response).to.include({
        allowed: true,
        patchType: "JSONPatch",
      });
    } finally {
      child.kill("SIGTERM");
    }
    const [code] = child.exitCode === null ? await once(child, "close") : [child.exitCode];
    expect(code, output).to.equal(0);
    expect(readdirSync(image.root, { recursive: true })).to.have.length(filesBefore);
  });
});

const review = {
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "0e1f4e0c-7d0b-4a52-9d0f-0d2b8f6d3a11",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    requestKind: { group: "", version: "v1", kind: "Pod" },
    requestResource: { group: "", version: "v1", resource: "pods" },
    name: "web",
    namespace: "shop",
    operation: "CREATE",
    userInfo: { username: "alice", groups: ["system:authenticated"] },
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "shop" },
      spec: { containers: [{ name: "web", image: "nginx" }] },
    },
    oldObject: null,
    dryRun: false,
    options: { apiVersion: "meta.k8s.io/v1", kind: "CreateOptions" },
  },
};

async function certificate(): Promise<{ cert: string; key: string; ca: string }> {
  const authority = await createAuthority("image");
  return { ...(await authority.issue()), ca: authority.cert };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function ask(agent: Agent, url: string, body?: object) {
  const method = body === undefined ? "GET" : "POST";
  const headers = { "content-type": "application/json" };
  const outgoing = request(url, { agent, method, headers });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(outgoing, "response");
  return { status: response.statusCode as number, body: await text(response) };
}
