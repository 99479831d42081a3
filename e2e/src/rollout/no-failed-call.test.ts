import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import {
  apply,
  configurationPaths,
  manifestsOf,
  untilRegistered,
  untilRolledOut,
} from "../stage/installation.ts";
import { type Stage, startStage } from "../stage/stage.ts";
import {
  bothWebhooks,
  type DrillConfig,
  drillConfig,
  firstWebhook,
  place,
  trafficNamespace,
} from "./drill-config.ts";
import { type JudgedTraffic, startJudgedTraffic } from "./judged-traffic.ts";
import { rotateCa, rotateLeaf } from "./rotations.ts";

const CREATES = 10_000;
const ROTATIONS = 5;

describe("no failed call, under failurePolicy Fail", () => {
  let stage: Stage;
  const runAsUsers = new Set([1234]);
  const install = async (config: DrillConfig) => {
    if (config.runAsUser !== undefined) runAsUsers.add(config.runAsUser);
    await apply(stage, await manifestsOf(stage, place, drillConfig(config)));
  };
  const restart = async () => {
    const args = ["--namespace", place.namespace, "rollout", "restart"];
    await stage.plane.kubectl([...args, `deployment/${place.name}`]);
  };
  const startTraffic = (): JudgedTraffic =>
    startJudgedTraffic(stage, (user) => user !== undefined && runAsUsers.has(user));

  before("install", async () => {
    stage = await startStage();
    await stage.plane.request("/api/v1/namespaces", {
      body: { metadata: { name: trafficNamespace } },
    });
    await install({});
    await untilRolledOut(stage, place);
    await untilRegistered(stage, place.name, firstWebhook);
    await untilJudged();
  });
  after("end the stage", () => stage?.close());

  /** A new configuration takes effect after 1 to 3 s. */
  async function untilJudged(): Promise<void> {
    const path = `/api/v1/namespaces/${trafficNamespace}/pods?dryRun=All`;
    const containers = [{ name: "main", image: "example.com/app:1" }];
    const body = { metadata: { name: "probe" }, spec: { containers } };
    await waitUntil(
      async () =>
        (await stage.plane.request(path, { body })).body.spec?.securityContext?.runAsNonRoot,
      { what: "pods to be judged" },
    );
  }

  it("of 10,000 creates, while replicas, certificates and the configuration are replaced", async function () {
    this.timeout(900_000);
    const rollouts: (() => Promise<void>)[] = [
      restart,
      restart,
      () => install({ second: true }),
      restart,
      () => install({}),
      restart,
      () => install({ runAsUser: 4321 }),
      restart,
      restart,
      restart,
    ];
    const begun = stage.nodes.begun();
    const traffic = startTraffic();
    let leaves = 0;
    let cas = 0;
    const roll = async () => {
      for (const [index, change] of rollouts.entries()) {
        await change();
        await untilRolledOut(stage, place);
        const names = index === 2 || index === 3 ? bothWebhooks : firstWebhook;
        await untilRegistered(stage, place.name, names);
      }
    };
    const rotate = async () => {
      for (; cas < ROTATIONS; cas++) {
        await rotateLeaf(stage);
        leaves++;
        // Old and new together, before the old one went.
        expect(await rotateCa(stage)).to.equal(2);
      }
    };
    try {
      await Promise.all([roll(), rotate()]);
      await waitUntil(() => traffic.created() >= CREATES, {
        what: `${CREATES} pods to be created`,
        timeoutMs: 240_000,
      });
    } finally {
      await traffic.stop();
      console.log(
        [
          `${traffic.created()} pods created and ${traffic.denied()} refused by several clients,`,
          `${traffic.failures().length} calls failed;`,
          `${stage.nodes.begun() - begun} replicas replaced in ${rollouts.length} rollouts,`,
          `${leaves} leaves and ${cas} CAs rotated;`,
          `p50 ${traffic.percentile(0.5)} ms, p99 ${traffic.percentile(0.99)} ms`,
        ].join(" "),
      );
    }
    expect(traffic.failures()).to.deep.equal([]);
    expect(traffic.created()).to.be.at.least(CREATES);
    expect(traffic.denied()).to.be.greaterThan(CREATES / 20);
    expect(stage.nodes.begun() - begun).to.be.at.least(2 * rollouts.length);
    expect({ leaves, cas }).to.deep.equal({ leaves: ROTATIONS, cas: ROTATIONS });
    // None was cut off by its kubelet.
    expect(new Set(stage.nodes.endings)).to.deep.equal(new Set(["exit code 0"]));
    expect(stage.nodes.refused).to.deep.equal([]);
  });

  it("but calls do fail where a CA is replaced at once, until the servers have repaired it", async () => {
    const traffic = startTraffic();
    try {
      const value = Buffer.from(stage.plane.ca).toString("base64");
      const path = "/webhooks/0/clientConfig/caBundle";
      await stage.plane.request(`${configurationPaths.mutate}/${place.name}`, {
        method: "PATCH",
        contentType: "application/json-patch+json",
        body: [{ op: "replace", path, value }],
      });
      await waitUntil(() => traffic.failures().length > 0, { what: "calls to fail" });
      await waitUntil(
        async () => {
          const [failed, created] = [traffic.failures().length, traffic.created()];
          await waitUntil(() => traffic.created() >= created + 20, { what: "more pods" });
          return traffic.failures().length === failed;
        },
        { what: "calls not to fail any more" },
      );
    } finally {
      await traffic.stop();
    }
    expect(traffic.failures().join("\n")).to.include("failed to verify certificate");
  });

  it("but calls do fail where a server ends without its grace period", async function () {
    this.timeout(180_000);
    await install({ gracePeriodSeconds: 0 });
    await untilRolledOut(stage, place);
    const traffic = startTraffic();
    try {
      for (let index = 0; index < 3 && traffic.failures().length === 0; index++) {
        await restart();
        await untilRolledOut(stage, place);
      }
      await waitUntil(() => traffic.failures().length > 0, { what: "calls to fail" });
    } finally {
      await traffic.stop();
    }
    expect(traffic.failures().join("\n")).to.include("failed calling webhook");
  });
});
