import { createPipeline } from "@gatewright/core";
import { deletes } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { guards } from "../test/guard.ts";
import { logLines } from "../test/log-lines.ts";
import { podOf } from "../test/pods.ts";
import plugin from "./index.ts";

/** Nobody listens there. */
const cluster = {
  name: "main",
  namespace: "etcd",
  selector: { matchLabels: { app: "etcd" } },
  members: { endpoints: ["http://127.0.0.1:1"], pods: ["etcd-0"] },
};

describe("etcd-leader-guard, what it warns of", () => {
  const open = guards();

  it("two clusters that claim the same pods", async () => {
    const { log, lines } = logLines();
    const events = { ...cluster, name: "events" };
    await open({ clusters: [cluster, events, { ...events, name: "b", namespace: "b" }] }, log);
    expect(lines.filter((line) => line.includes("selector"))).to.deep.equal([
      "warn etcd: clusters main and events have the same selector in namespace etcd: both judge each pod, and either can deny",
    ]);
  });

  it("a review's time that is too short, once", async () => {
    const { log, lines } = logLines();
    const guard = await open(cluster, log);
    const ask = (timeoutMs: number) => guard.review(deletes(podOf("etcd-0")), timeoutMs);
    const hasty = () => lines.filter((line) => line.includes("raise timeoutSeconds")).length;
    await ask(10_000);
    expect(hasty()).to.equal(0);
    for (const timeoutMs of [3_000, 2_000]) await ask(timeoutMs);
    expect(hasty()).to.equal(1);
  });

  it("a broken glass", async () => {
    const { log, lines } = logLines();
    const guard = await open(cluster, log);
    const annotations = { "etcd-leader-guard.gatewright.dev/break-glass": "fire" };
    const { allowed } = await guard.review(deletes(podOf("etcd-0", { annotations })));
    expect(allowed).to.equal(true);
    expect(lines).to.include("warn the guard was passed by: the glass was broken");
  });

  it("TLS files by a relative path stop the start", async () => {
    const relative = { ...cluster, tls: { caFile: "ca.crt" } };
    const members = { endpoints: ["https://etcd-0:1"] };
    const plugins = [plugin({ clusters: [{ ...relative, members }] })];
    const failure = await createPipeline({ webhooks: { "etcd.example.com": { plugins } } }).then(
      () => "it started",
      (error: Error) => error.message,
    );
    expect(failure).to.include('/tls/caFile: "ca.crt" must be a whole path');
  });
});
