// The demo of etcd/README.md: a real API server, and etcd processes that stand in for what its pods run.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ControlPlane,
  type EtcdCluster,
  startControlPlane,
  startEtcd,
  waitUntil,
} from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { DEMO, demoConfig, shownFor } from "./etcd-demo.test.ts";
import { type Folder, openFolder } from "./test-process.test.ts";

const PODS = "/api/v1/namespaces/etcd/pods";

describe("examples/server/etcd/README.md, with a real API server and a real etcd", () => {
  let plane: ControlPlane;
  let etcd: EtcdCluster;
  let folder: Folder;
  let metrics: string;

  const file = (name: string) => ["-f", join(DEMO, name)];

  /** Without what is another's each time: addresses, ids and times. */
  function everyTime(text: string): string {
    const at = (url: string) => `http://etcd-${etcd.endpoints.indexOf(url)}.etcd:2379`;
    return text
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, at)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UID")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replaceAll(/(?<=move-leader )[0-9a-f]+|(?<=grants\/)\d+/g, "ID")
      .replaceAll(/(?<=\(to )etcd-\d(?=\))/g, "NAME")
      .replaceAll(/term \d+/g, "term N");
  }

  /** Runs a command of the README, and holds what the README shows to what a user sees. */
  async function expectShown(command: string, ...more: string[]): Promise<void> {
    const [, ...args] = command.split(" ");
    const { stdout, stderr } = await plane.kubectl([...args, ...more]);
    const shown = everyTime(await shownFor(command));
    const seen = everyTime(`${stdout}${stderr}`).trimEnd().split("\n");
    expect(seen).to.include.members(shown.trimEnd().split("\n"));
  }

  async function grants(): Promise<string> {
    const from = Buffer.from("/gatewright.dev/etcd-leader-guard/v1/grants/");
    const to = Buffer.from("/gatewright.dev/etcd-leader-guard/v1/grants0");
    const range = { key: from.toString("base64"), range_end: to.toString("base64") };
    const { kvs = [] } = await etcd.call("/v3/kv/range", range);
    const texts = (kvs as { key: string; value: string }[]).flatMap(({ key, value }) => [
      key,
      value,
    ]);
    return texts.map((text) => `${Buffer.from(text, "base64").toString()}\n`).join("");
  }

  /** As the kubelet of its node does when its processes have ended. */
  async function removePod(name: string, node: string): Promise<void> {
    const { status, text } = await plane.request(`${PODS}/${name}`, {
      method: "DELETE",
      headers: { "impersonate-user": `system:node:${node}`, "impersonate-group": "system:nodes" },
      body: { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 },
    });
    expect(status, text).to.equal(200);
  }

  before(async () => {
    [plane, etcd, folder] = await Promise.all([
      startControlPlane(),
      startEtcd({ members: 3 }),
      openFolder(),
    ]);
    await etcd.moveLeader("etcd-0");
  });
  after(async () => {
    await Promise.all([folder?.close(), etcd?.stop(), plane?.stop()]);
  });

  it("has manifests that the API server takes, without a warning", async () => {
    for (const name of ["etcd", "gatewright"]) {
      // On a dry run too, nothing can be put into a namespace that is not there.
      await plane.request("/api/v1/namespaces", { body: { metadata: { name } } });
    }
    for (const name of ["namespace.yaml", "statefulset.yaml", "server.yaml", "webhook.yaml"]) {
      const args = ["apply", "--dry-run=server", "--validate=strict", ...file(name)];
      const { exitCode, stderr } = await plane.kubectl(args);
      const missing = /^Warning: resource namespaces\/\w+ is missing the .* annotation .*\n/;
      expect({ exitCode, stderr: stderr.replace(missing, "") }).to.deep.equal({
        exitCode: 0,
        stderr: "",
      });
    }
  });

  it("keeps a replica of the server through a drain, elsewhere if there is an elsewhere", async () => {
    const args = ["create", "--dry-run=client", "--output=json", ...file("server.yaml")];
    const { stdout } = await plane.kubectl(args);
    // oxlint-disable-next-line typescript/no-explicit-any -- a test reaches for the one field it is about
    const objects: any[] = JSON.parse(`[${stdout.replaceAll(/^}\n{/gm, "},{")}]`);
    const specOf = (kind: string) => objects.find((each) => each.kind === kind)?.spec;
    const { replicas, selector, template } = specOf("Deployment");
    expect(template.metadata.labels).to.include(selector.matchLabels);
    const { maxUnavailable, selector: budgeted } = specOf("PodDisruptionBudget");
    expect(budgeted).to.deep.equal(selector);
    expect(replicas - maxUnavailable).to.be.at.least(1);
    const [spread] = template.spec.topologySpreadConstraints;
    expect(spread.labelSelector).to.deep.equal(selector);
    expect(spread.whenUnsatisfiable).to.equal("ScheduleAnyway");
  });

  it("starts the StatefulSet's pods, the server, and is registered", async () => {
    expect(await plane.kubectl(["apply", ...file("statefulset.yaml")])).to.include({ exitCode: 0 });
    const pods = ["get", "pods", "--namespace=etcd", "--output=name"];
    await waitUntil(
      async () => (await plane.kubectl(pods)).stdout === "pod/etcd-0\npod/etcd-1\npod/etcd-2\n",
      { what: "the pods" },
    );
    for (const [name, node] of [
      ["etcd-0", "node-0"],
      ["etcd-1", "node-1"],
    ] as const) {
      await plane.request("/api/v1/nodes", { body: { metadata: { name: node } } });
      const body = { metadata: { name }, target: { kind: "Node", name: node } };
      expect(await plane.request(`${PODS}/${name}/binding`, { body })).to.include({ status: 201 });
    }
    await writeFile(join(folder.path, "demo.yaml"), await demoConfig(etcd.endpoints));
    const { greeting, url } = await folder.start(["--config", "demo.yaml"]);
    expect(greeting).to.include("  /validate/etcd.gatewright.dev: etcd-leader-guard\n");
    [metrics = ""] = /http:\/\/\S+\/metrics/.exec(greeting) ?? [];

    const caBundle = (await readFile(join(folder.path, ".gatewright/ca.crt"))).toString("base64");
    const patch = JSON.stringify([
      { op: "add", path: "/webhooks/0/clientConfig/caBundle", value: caBundle },
      // There is no network of pods here, so it is called by its address instead of its Service.
      { op: "remove", path: "/webhooks/0/clientConfig/service" },
      {
        op: "add",
        path: "/webhooks/0/clientConfig/url",
        value: `${url}/validate/etcd.gatewright.dev`,
      },
    ]);
    const args = ["patch", "--local", "--type=json", "--output=yaml", `--patch=${patch}`];
    const { stdout } = await plane.kubectl([...args, ...file("webhook.yaml")]);
    const applied = await plane.kubectl(["apply", "-f", "-"], { input: stdout });
    expect(applied).to.include({ exitCode: 0, stderr: "" });
    const leader = ["delete", "pod", "etcd-0", "--namespace=etcd", "--dry-run=server"];
    await waitUntil(async () => (await plane.kubectl(leader)).exitCode === 1, {
      what: "the webhook",
    });
  });

  it("denies the leader", async () => {
    await expectShown("kubectl --namespace etcd delete pod etcd-0");
    expect(await grants()).to.equal("");
  });

  it("denies it to a drain as well, until the leadership was moved", async () => {
    const drain = "kubectl drain node-0 --ignore-daemonsets --delete-emptydir-data";
    await expectShown(drain, "--timeout=3s");

    await etcd.moveLeader("etcd-1");
    // Without a kubelet, a pod that is bound to a node goes no further.
    const dry = await plane.kubectl([...drain.split(" ").slice(1), "--dry-run=server"]);
    expect(dry.stderr).to.equal("");
    expect(dry.exitCode).to.equal(0);
    expect(await grants()).to.equal("");
    await etcd.moveLeader("etcd-0");
  });

  it("allows a follower, keeps the grant in etcd, and has the other one stay meanwhile", async () => {
    await expectShown("kubectl --namespace etcd delete pod etcd-1", "--wait=false");
    const get = "etcdctl get --prefix /gatewright.dev/etcd-leader-guard/v1/grants/";
    const shown = everyTime(await shownFor(`kubectl --namespace etcd exec etcd-0 -- ${get}`));
    expect(everyTime(await grants())).to.equal(shown);

    await etcd.member("etcd-1").stop();
    await expectShown("kubectl --namespace etcd delete pod etcd-2");
    await removePod("etcd-1", "node-1");
    await waitUntil(async () => (await grants()).includes(`"gone":true`), {
      what: "its end to be noted",
    });
    await etcd.member("etcd-1").start();
    await waitUntil(async () => (await grants()) === "", { what: "the end of the grant" });
    const next = ["delete", "pod", "etcd-2", "--namespace=etcd", "--dry-run=server"];
    expect(await plane.kubectl(next)).to.include({ exitCode: 0 });
  });

  it("counts under the names that the plugin's README lists", async () => {
    const readme = new URL("../../../packages/plugin-etcd-leader-guard/README.md", import.meta.url);
    const listed = (await readFile(readme, "utf8")).match(/(?<=`)gatewright_\w+(?=`)/g);
    const scraped = await (await fetch(metrics)).text();
    const names = scraped.match(/(?<=^# TYPE )gatewright_etcd_leader_guard_\w+/gm);
    expect(names?.toSorted()).to.deep.equal(listed?.toSorted());
  });
});
