import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";

// Beneath the package, where plugins of its own are found.
const TEST = fileURLToPath(new URL("../../test/", import.meta.url));

const GOOD: Record<string, string> = {
  tls: "{ certFile: /etc/files/tls.crt, keyFile: /etc/files/tls.key }",
  deployment: "{ image: example.com/gates:1, volumes: [{ secret: files, path: /etc/files }] }",
  webhooks: '\n  pods.example.com:\n    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]',
};

describe("gatewright manifests: what cannot work in a cluster", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(TEST, "check-"));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  async function run(changes: Record<string, string | undefined>, ...args: string[]) {
    const lines = Object.entries({ ...GOOD, ...changes }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}: ${value}\n`],
    );
    await writeFile(join(cwd, "gatewright.yaml"), lines.join(""));
    const terminal = createTestTerminal({ cwd });
    const code = await runGatewright(["manifests", ...args], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  }

  it("has nothing to say of a good one", async () => {
    const { code, out, err } = await run({});
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.include("kind: Deployment\n");
  });

  const refused: [title: string, changes: Record<string, string | undefined>, line: string][] = [
    [
      "a loopback address",
      { host: "127.0.0.1" },
      "6:1: /host: in a pod, the API server and the kubelet call the pod's own address, which is not 127.0.0.1: leave host out",
    ],
    [
      "a registration at a loopback address",
      {
        tls: "{ certFile: /etc/files/tls.crt, keyFile: /etc/files/tls.key, caFile: /etc/files/ca.crt }",
        cluster: "{}",
        registration: "{ url: 'https://localhost:8443' }",
      },
      "7:17: /registration/url: in a cluster, localhost is each API server's own machine: leave url out, for the Service",
    ],
    [
      "an image that is none",
      { deployment: "{ image: bad image, volumes: [{ secret: files, path: /etc/files }] }" },
      '/deployment/image: "bad image" is no image: write host/name:tag, in lower case',
    ],
    ["any free port", { port: "0" }, "/port: a Service needs to know the port: write port: 8443"],
    [
      "metrics on any free port",
      { metrics: "{ port: 0 }" },
      "/metrics/port: a Service needs to know the port",
    ],
    [
      "metrics on a loopback address",
      { metrics: "{ port: 9090, host: localhost }" },
      "/metrics/host: in a pod, Prometheus calls",
    ],
    [
      "one port for both",
      { metrics: "{ port: 8443 }" },
      "/metrics/port: is the port of the webhooks, too: write 9090",
    ],
    [
      "the Service's port for metrics",
      { metrics: "{ port: 443 }" },
      "/metrics/port: the Service listens there for the webhooks: write 9090",
    ],
    [
      "a development certificate",
      { tls: undefined },
      "/tls: each replica would make itself a development certificate",
    ],
    [
      "a development certificate of certain names",
      { tls: "{ hosts: [localhost] }" },
      "1:1: /tls: each replica would make itself a development certificate",
    ],
    [
      "a relative certificate",
      { tls: "{ certFile: tls.crt, keyFile: /etc/files/tls.key }" },
      "1:8: /tls/certFile: is relative to this file's folder",
    ],
    [
      "a certificate that nobody mounts",
      { tls: "{ certFile: /etc/files/tls.crt, keyFile: /etc/files-too/tls.key }" },
      "1:38: /tls/keyFile: nothing is mounted there: write deployment.volumes: [{ secret: gatewright-files, path: /etc/files-too }]",
    ],
    [
      "a way out of what is mounted",
      { tls: "{ certFile: /etc/files/../tls.crt, keyFile: /etc/files/tls.key }" },
      "/tls/certFile: nothing is mounted there",
    ],
    [
      "a kubeconfig",
      { cluster: "{ kubeconfig: ./admin.conf }" },
      "/cluster/kubeconfig: is relative to this file's folder",
    ],
    [
      "a context",
      { cluster: "{ context: kind }" },
      "/cluster/context: a pod has no kubeconfig, but a service account: write cluster: {}",
    ],
    [
      "a registration of an unknown CA",
      { cluster: "{}", registration: "{}" },
      "1:8: /tls/certFile: a registration tells the API server which CA to trust: name it beside certFile, as caFile",
    ],
    [
      "no image",
      { deployment: "{ volumes: [{ secret: files, path: /etc/files }] }" },
      "2:1: /deployment: which image runs?",
    ],
    [
      "a Service's impossible name",
      { deployment: "{ name: 1st, image: a/b:1, volumes: [{ secret: files, path: /etc/files }] }" },
      "/deployment/name: a Service's name begins with a letter",
    ],
    [
      "a namespace of the system",
      {
        deployment:
          "{ namespace: kube-system, image: a/b:1, volumes: [{ secret: files, path: /etc/files }] }",
      },
      "/deployment/namespace: the server needs a namespace of its own",
    ],
    [
      "one name for all holders of a Lease",
      { leaderElection: "{ identity: me }" },
      "/leaderElection/identity: all replicas would hold the Leases under this one name",
    ],
    [
      "a ServiceMonitor of nothing",
      {
        deployment:
          "{ image: a/b:1, serviceMonitor: { enabled: true }, volumes: [{ secret: files, path: /etc/files }] }",
      },
      "/deployment/serviceMonitor: there are no metrics to scrape: write metrics: { port: 9090 }",
    ],
    [
      "a selector's label",
      {
        deployment:
          "{ image: a/b:1, podLabels: { app.kubernetes.io/name: x }, volumes: [{ secret: files, path: /etc/files }] }",
      },
      "/deployment/podLabels: app.kubernetes.io/name is the Deployment's own",
    ],
    [
      "a volume of nothing",
      { deployment: "{ image: a/b:1, volumes: [{ path: /etc/files }] }" },
      "2:39: /deployment/volumes/0: needs one of secret and configMap",
    ],
    [
      "a volume over the configuration",
      {
        deployment:
          "{ image: a/b:1, volumes: [{ secret: a, path: /etc/gatewright/config/ }, { secret: files, path: /etc/files }] }",
      },
      "/deployment/volumes/0: /etc/gatewright/config/ is taken",
    ],
  ];
  for (const [title, changes, line] of refused) {
    it(`refuses ${title}`, async () => {
      const { code, out, err } = await run(changes);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err).to.match(/^gatewright\.yaml:\d+:\d+: .* \[GW_CONFIG_INVALID\]\n$/);
      expect(err).to.include(line);
    });
  }

  it("refuses a plugin that is a file beside it", async () => {
    await writeFile(
      join(cwd, "local.js"),
      `import { definePlugin } from "@gatewright/core";
const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
export default definePlugin({ name: "local", validate: { rules, sideEffects: "None", handle() {} } });
`,
    );
    const webhooks = "\n  pods.example.com:\n    plugins: [{ plugin: ./local.js }]";
    const { code, err } = await run({ webhooks });
    expect(code).to.equal(2);
    expect(err).to.include(
      "gatewright.yaml:5:17: /webhooks/pods.example.com/plugins/0/plugin: is a file beside this one",
    );
  });

  it("says everything at once", async () => {
    const { err } = await run({ host: "127.0.0.1", port: "0" });
    expect(err.split("\n")).to.have.length(3);
  });

  const warned: [title: string, changes: Record<string, string>, line: string][] = [
    [
      "one replica",
      {
        deployment: "{ image: a/b:1, replicas: 1, volumes: [{ secret: files, path: /etc/files }] }",
      },
      "gatewright.yaml:2:29: /deployment/replicas: warning: with one replica",
    ],
    [
      "an image of no certain version",
      { deployment: "{ image: localhost:5000/b, volumes: [{ secret: files, path: /etc/files }] }" },
      "/deployment/image: warning: localhost:5000/b may be another image tomorrow",
    ],
    [
      "the latest image",
      { deployment: "{ image: a/b:latest, volumes: [{ secret: files, path: /etc/files }] }" },
      "/deployment/image: warning: a/b:latest may be another image tomorrow",
    ],
    ["a port for root", { port: "443" }, "/port: warning: is a port below 1024"],
    [
      "a Service of somebody else's",
      {
        cluster: "{}",
        tls: "{ certFile: /etc/files/a, keyFile: /etc/files/b, caFile: /etc/files/c }",
        registration: "{ service: { name: other } }",
      },
      "/registration/service: warning: the API server would call the Service gatewright-system/other",
    ],
  ];
  for (const [title, changes, line] of warned) {
    it(`writes, and warns of ${title}`, async () => {
      const { code, out, err } = await run(changes);
      expect(code).to.equal(0);
      expect(out).to.include("kind: Deployment\n");
      expect(err)
        .to.match(/^gatewright\.yaml:.*\n$/)
        .and.to.include(line);
    });
  }

  it("takes the image from the command line", async () => {
    const { code, out } = await run({}, "--image", "other.example.com/gates:2");
    expect(code).to.equal(0);
    expect(out).to.include("image: other.example.com/gates:2\n");
  });
});
