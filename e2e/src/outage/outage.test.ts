import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import {
  apply,
  manifestsOf,
  type Place,
  registered,
  untilRolledOut,
} from "../stage/installation.ts";
import { type Stage, startStage } from "../stage/stage.ts";
import { prepare } from "./prepare.ts";
import { trialsOf } from "./trials.ts";

const place: Place = { name: "gatewright", namespace: "gatewright-system" };

/** The widest rules there are: one plugin judges everything in every namespace. */
const config = {
  cluster: {},
  tls: { secret: {} },
  registration: { settleSeconds: 1 },
  webhooks: {
    "pods.drill.example.com": { plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }] },
    "tenancy.drill.example.com": { plugins: [{ plugin: "@gatewright/plugin-namespace-tenancy" }] },
  },
};

/** A line of the doctor's table. */
interface OutageRow {
  id: string;
  works: "yes" | "no" | "maybe";
  blockedBy: { by: string; requests: string[] }[];
}

describe("all replicas down, under failurePolicy Fail", () => {
  let stage: Stage;
  let foretold: OutageRow[];

  before("install, and ask the doctor", async () => {
    stage = await startStage({ "system:node:worker-1": ["system:nodes"] });
    await apply(stage, await manifestsOf(stage, place, config));
    await untilRolledOut(stage, place);
    await waitUntil(async () => (await registered(stage, place.name)).length > 0, {
      what: "webhooks to be registered",
    });
    await untilJudged();
    await prepare(stage);
    foretold = await askDoctor(stage.plane.kubeconfig);
  });
  after("end the stage", () => stage?.close());

  function untilJudged(): Promise<unknown> {
    const securityContext = { runAsNonRoot: true, runAsUser: 0 };
    const containers = [{ name: "main", image: "example.com/app:1" }];
    const body = { metadata: { name: "judged" }, spec: { securityContext, containers } };
    return waitUntil(
      async () => {
        const path = "/api/v1/namespaces/default/pods?dryRun=All";
        const { status, text } = await stage.plane.request(path, { body });
        return status === 403 && text.includes("denied the request");
      },
      { what: "pods to be judged", timeoutMs: 60_000 },
    );
  }

  it("what the doctor said works does, what it said does not does not, and the servers come back", async () => {
    stage.nodes.powerOff();
    const trials = trialsOf(stage, place);
    expect(Object.keys(trials)).to.have.members(foretold.map(({ id }) => id));
    const happened: Record<string, string> = {};
    for (const [id, trial] of Object.entries(trials)) {
      const works = (await trial()) === "works";
      happened[id] = works ? "yes" : "no";
    }
    const rows = foretold.map(({ id, works, blockedBy }) => {
      const by = blockedBy.map((block) => block.by).join(", ");
      return `${id}: foretold ${works}, happened ${happened[id]}${by && ` (${by})`}`;
    });
    console.log(rows.join("\n"));
    expect(happened).to.deep.equal(
      Object.fromEntries(foretold.map(({ id, works }) => [id, works])),
    );
    // Really down, and what the cluster needs to recover goes on all the same.
    expect(happened).to.include({ pods: "no", rollouts: "no" });
    expect(happened).to.include({
      ...{ "nodes-register": "yes", "leases-renew": "yes", "csrs-signed": "yes" },
      ...{ "kube-system-pods": "yes", reviews: "yes", "service-account-tokens": "yes" },
      ...{ [`serving-pods:${place.namespace}`]: "yes", "webhook-configurations": "yes" },
    });
    // The nodes are back, and nobody did anything else.
    await untilJudged();
    expect(stage.nodes.refused).to.deep.equal([]);
  });
});

function askDoctor(kubeconfig: string): Promise<OutageRow[]> {
  const command = fileURLToPath(new URL("main.js", import.meta.resolve("gatewright")));
  const args = [command, "doctor", "--kubeconfig", kubeconfig, "--output", "json"];
  return new Promise((resolve, reject) => {
    // It ends with 1 where it finds anything else to say.
    execFile(process.execPath, args, (_error, stdout, stderr) => {
      try {
        resolve((JSON.parse(stdout) as { outage: OutageRow[] }).outage);
      } catch (cause) {
        reject(new Error(stderr, { cause }));
      }
    });
  });
}
