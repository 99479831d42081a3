import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewrightError } from "@gatewright/core";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { findLogin, type LoginOptions, type Surroundings } from "./login.ts";

describe("findLogin(options, surroundings)", () => {
  let folder: string;
  let around: Surroundings;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-login-"));
    around = { env: {}, home: join(folder, "home"), serviceAccountFolder: join(folder, "account") };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const one = (name: string, server = `https://${name}:6443`) => ({
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: `token of ${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
  const withContext = (more: object) => ({
    ...one("a"),
    contexts: [{ name: "a", context: { cluster: "a", user: "a", ...more } }],
    "current-context": "a",
  });
  async function write(name: string, content: object | string): Promise<string> {
    const file = join(folder, name);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  }
  async function writeServiceAccount(): Promise<void> {
    await write("account/token", "a token");
    await write("account/ca.crt", "a CA");
    around = {
      ...around,
      env: {
        ...around.env,
        KUBERNETES_SERVICE_HOST: "10.0.0.1",
        KUBERNETES_SERVICE_PORT: "443",
      },
    };
  }
  const serverOf = async (options: LoginOptions = {}) =>
    (await findLogin(options, around)).cluster.server;
  async function complaint(options: LoginOptions = {}): Promise<string> {
    try {
      await findLogin(options, around);
      return "none";
    } catch (error) {
      expect(error).to.be.instanceOf(GatewrightError);
      expect((error as GatewrightError).code).to.equal("GW_CLUSTER_CONFIG");
      return (error as Error).message.replaceAll(folder, "");
    }
  }

  describe("where it looks", () => {
    it("takes what is named, KUBECONFIG, the service account, ~/.kube/config, in this order", async () => {
      await write("home/.kube/config", { ...one("home"), "current-context": "home" });
      expect(await serverOf()).to.equal("https://home:6443");
      await writeServiceAccount();
      expect(await serverOf()).to.equal("https://10.0.0.1:443");
      expect(await serverOf({ context: "home" })).to.equal("https://home:6443");
      expect(await serverOf({ inCluster: false })).to.equal("https://home:6443");
      const env = await write("env", { ...one("env"), "current-context": "env" });
      around = { ...around, env: { ...around.env, KUBECONFIG: env } };
      expect(await serverOf()).to.equal("https://env:6443");
      const named = await write("named", { ...one("named"), "current-context": "named" });
      expect(await serverOf({ kubeconfig: named })).to.equal("https://named:6443");
      expect(await serverOf({ inCluster: true })).to.equal("https://10.0.0.1:443");
    });

    it("says where the server lives: as the pod or the context does, else default", async () => {
      const { namespace } = await findLogin(
        { kubeconfig: await write("a", withContext({})) },
        around,
      );
      expect(namespace).to.equal("default");
      const kubeconfig = await write("b", withContext({ namespace: "shop" }));
      expect((await findLogin({ kubeconfig }, around)).namespace).to.equal("shop");
      await writeServiceAccount();
      expect((await findLogin({}, around)).namespace).to.equal("default");
      await write("account/namespace", "gatewright-system");
      expect((await findLogin({}, around)).namespace).to.equal("gatewright-system");
    });

    it("merges KUBECONFIG's files: of what has one name, the first counts", async () => {
      const first = await write("first", { ...one("a"), "current-context": "b" });
      const second = await write("second", { ...one("b"), "current-context": "a" });
      const third = await write("third", one("b", "https://another:6443"));
      const files = [first, join(folder, "missing"), second, third];
      around = { ...around, env: { KUBECONFIG: files.join(":") } };
      const login = await findLogin({}, around);
      expect(login.cluster.server).to.equal("https://b:6443");
      expect(login.files).to.deep.equal([first, second, third]);
    });

    it("takes paths as relative to the kubeconfig's folder, but not programs of the PATH", async () => {
      const file = await write("deep/kubeconfig", {
        ...one("a"),
        clusters: [
          { name: "a", cluster: { server: "https://a", "certificate-authority": "ca.crt" } },
        ],
        users: [{ name: "a", user: { tokenFile: "../token", exec: { command: "aws" } } }],
        "current-context": "a",
      });
      const { cluster, user } = await findLogin({ kubeconfig: file }, around);
      expect(cluster["certificate-authority"]).to.equal(join(folder, "deep/ca.crt"));
      expect(user.tokenFile).to.equal(join(folder, "token"));
      expect(user.exec?.command).to.equal("aws");
    });

    it("puts an IPv6 address into brackets", async () => {
      await writeServiceAccount();
      around = { ...around, env: { ...around.env, KUBERNETES_SERVICE_HOST: "fd00::1" } };
      expect(await serverOf({ inCluster: true })).to.equal("https://[fd00::1]:443");
    });
  });

  describe("what is wrong", () => {
    it("says where it looked, where there is nothing", async () => {
      expect(await complaint()).to.equal(
        "no cluster: this is no pod (KUBERNETES_SERVICE_HOST is not set), KUBECONFIG is not set, and " +
          "there is no /home/.kube/config. Name a kubeconfig: --kubeconfig FILE, or cluster.kubeconfig in the configuration file",
      );
      around = { ...around, env: { KUBECONFIG: join(folder, "gone") } };
      expect(await complaint()).to.equal("KUBECONFIG names /gone, and there is no such file");
      expect(await complaint({ kubeconfig: join(folder, "absent") })).to.equal(
        "there is no kubeconfig /absent",
      );
    });

    it("says what is missing of a service account", async () => {
      expect(await complaint({ inCluster: true })).to.match(
        /^not in a pod: KUBERNETES_SERVICE_HOST/,
      );
      await writeServiceAccount();
      await rm(join(folder, "account/token"));
      expect(await complaint()).to.equal(
        "in a pod, but there is no /account/token: does the pod, or its service account, have " +
          "automountServiceAccountToken: false?",
      );
    });

    it("names the contexts that there are, and the one that was meant", async () => {
      const { contexts, ...rest } = one("kind-dev");
      const more = [...contexts, { name: "prod", context: { cluster: "kind-dev" } }];
      const kubeconfig = await write("config", { ...rest, contexts: more });
      expect(await complaint({ kubeconfig, context: "dev" })).to.equal(
        '/config: there is no context "dev" (did you mean "kind-dev"?); there is "kind-dev", "prod"',
      );
      expect(await complaint({ kubeconfig })).to.equal(
        '/config has no current-context: name a context, of "kind-dev", "prod"',
      );
      const stale = await write("stale", { contexts: more, "current-context": "gone" });
      expect(await complaint({ kubeconfig: stale })).to.equal(
        '/stale: current-context is "gone", and there is no context "gone"; there is "kind-dev", "prod"',
      );
    });

    const entries: Record<string, [content: object | string, message: string]> = {
      "a cluster that is not there": [
        { ...one("a"), clusters: [] },
        'context "a" of /config: there is no cluster "a"; there is none',
      ],
      "a user that is not there": [
        { ...one("a"), users: [{ name: "b", user: {} }] },
        'context "a" of /config: there is no user "a"; there is "b"',
      ],
      "no server": [
        { ...one("a"), clusters: [{ name: "a", cluster: {} }] },
        'context "a" of /config: its cluster has no server',
      ],
      "a server that is no URL": [
        one("a", "127.0.0.1:6443"),
        'context "a" of /config: server "127.0.0.1:6443" is no URL: https://HOST:PORT',
      ],
      "a server without TLS": [
        one("a", "http://a"),
        'context "a" of /config: server http://a is not https; to go there without TLS, also set ' +
          "insecure-skip-tls-verify: true",
      ],
      "another kind": [
        { kind: "Pod" },
        '/config is no kubeconfig: its kind is "Pod", not "Config"',
      ],
      "an empty file": ["", "/config is no kubeconfig: it holds no clusters, users and contexts"],
      "no YAML": ["a: [1", "/config:1:6: not YAML: "],
      "a list that is none": [{ clusters: "all" }, "/config: clusters is no list"],
      "an entry without a name": [
        { users: [{ user: {} }] },
        "/config: users[0] is not { name, user }",
      ],
    };
    for (const [what, [content, message]] of Object.entries(entries)) {
      it(`says so: ${what}`, async () => {
        const kubeconfig = await write("config", content);
        expect(await complaint({ kubeconfig, context: "a" })).to.satisfy((said: string) =>
          message.endsWith(": ") ? said.startsWith(message) : said === message,
        );
      });
    }

    it("refuses contradictions", async () => {
      expect(await complaint({ inCluster: true, context: "a" })).to.equal(
        "inCluster and a kubeconfig or context exclude each other: leave one out",
      );
    });
  });
});
