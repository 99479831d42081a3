import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { certificateFolder, until } from "../test/servers.ts";

interface Child {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has written so far, to standard output and to standard error. */
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

const started: Child[] = [];

/** A process whose main file calls `serve` with one plugin and these options, as source text. */
async function child(options: string, plugin = ""): Promise<Child> {
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const script = `
    import { definePlugin } from ${url("./plugin.ts")};
    import { serve } from ${url("./serve.ts")};
    const one = definePlugin({
      name: "one",
      validate: {
        rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
        sideEffects: "None",
        handle() {},
      },
      close() { console.log("plugin closed"); },
      ${plugin}
    });
    const server = await serve({
      webhooks: { "pods.example.com": { plugins: [one()] } },
      port: 0,
      host: "127.0.0.1",
      tls: { developmentFolder: ${JSON.stringify(await certificateFolder())} },
      ${options}
    });
    console.log(server === undefined ? "not started" : "started");`;
  const process_ = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  process_.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  process_.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
  const ended = once(process_, "close").then(
    ([code, signal]) => (code ?? signal) as number | string,
  );
  const made = { process: process_, out: () => texts.out, err: () => texts.err, ended };
  started.push(made);
  return made;
}

const isStarted = ({ out }: Child) => until("it was started", () => out().includes("started\n"));

describe("serve(options): Promise<Server | undefined>", () => {
  afterEach(async () => {
    for (const { process: one, ended } of started.splice(0)) {
      one.kill("SIGKILL");
      await ended;
    }
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends on ${signal}: plugins closed, exit code 0, by itself`, async () => {
      const one = await child("shutdown: { gracePeriodSeconds: 0 }");
      await isStarted(one);
      one.process.kill(signal);
      expect(await one.ended).to.equal(0);
      // In either order: the log and the console write to the same pipe, and neither waits for the other.
      expect(one.out()).to.match(/"signal":"SIG\w+".*"msg":"closing.*\n/);
      expect(one.out()).to.include("plugin closed\n");
      expect(one.err()).to.equal("");
    });
  }

  it("cuts the grace period short on a second signal", async () => {
    const one = await child("shutdown: { gracePeriodSeconds: 3600 }");
    await isStarted(one);
    one.process.kill("SIGTERM");
    await until("it is closing", () => one.out().includes("closing"));
    expect(one.out()).not.to.include("plugin closed");
    one.process.kill("SIGTERM");
    expect(await one.ended).to.equal(0);
    expect(one.out()).to.include("plugin closed");
  });

  it("logs what a plugin lets slip, and goes on", async () => {
    const slips = `setup() {
      process.once("SIGUSR2", () => {
        setImmediate(() => { Promise.reject(new Error("floating")); });
        throw new Error("thrown");
      });
    },`;
    const one = await child("shutdown: { gracePeriodSeconds: 0 }", slips);
    await isStarted(one);
    one.process.kill("SIGUSR2");
    await until("both were logged", () => /floating/.test(one.out()) && /thrown/.test(one.out()));
    one.process.kill("SIGTERM");
    expect(await one.ended).to.equal(0);
  });

  it("says in one line that the port is taken, and ends with 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const one = await child(`port: ${port},`);
    expect(await one.ended).to.equal(1);
    other.close();
    expect(one.err()).to.equal(
      `cannot listen on 127.0.0.1:${port}: something else listens there already; choose another port [GW_LISTEN]\n`,
    );
    expect(one.out()).to.equal("plugin closed\nnot started\n");
  });

  const failures: Record<string, [options: string, plugin: string, err: RegExp]> = {
    "a wrong configuration": [
      "prot: 8443",
      "extra: 1,",
      /^\/prot: unknown key "prot" .* \[GW_CONFIG_INVALID\]\n$/,
    ],
    "a misdeclared plugin": [
      "",
      "extra: 1,",
      /^\/webhooks\/pods\.example\.com\/plugins\/0: plugin "one": unknown key extra; .*\[GW_PLUGIN_MISDECLARED\]\n$/,
    ],
    "a setup that throws": [
      "",
      'setup() { throw new Error("no database"); },',
      /^plugin "one" could not be set up: no database \[GW_PLUGIN_SETUP\]\n$/,
    ],
  };
  for (const [what, [options, plugin, err]] of Object.entries(failures)) {
    it(`says in one line what is wrong, and ends with 1: ${what}`, async () => {
      const one = await child(options, plugin);
      expect(await one.ended).to.equal(1);
      expect(one.err()).to.match(err);
      expect(one.out()).to.equal("not started\n");
    });
  }
});
