import { createPipeline, definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { CONFIG, type Config, type ConfigWritten, endpointOfPod } from "./config.ts";
import { RULES } from "./departure.ts";

/** What a plugin with this schema reads; rejects as a server does at its start. */
async function read(config: ConfigWritten): Promise<Config> {
  let seen: Config | undefined;
  const plugin = definePlugin({
    name: "reader",
    config: CONFIG,
    setup(context) {
      seen = context.config;
    },
    validate: { rules: RULES, sideEffects: "None", handle() {} },
  });
  const webhooks = { "etcd.gatewright.dev": { plugins: [plugin(config)] } };
  await (await createPipeline({ webhooks })).close();
  return seen as Config;
}

async function problemOf(config: unknown): Promise<string> {
  try {
    await read(config as ConfigWritten);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

const least = {
  name: "main",
  namespace: "etcd",
  selector: { matchLabels: { app: "etcd" } },
  members: { endpoints: ["http://etcd-0.etcd:2379"] },
};

describe("CONFIG", () => {
  it("fills in every default", async () => {
    expect(await read({ clusters: [least] })).to.deep.equal({
      clusters: [
        {
          ...least,
          podName: "{member}",
          tls: {},
          leader: "deny",
          singleMember: "deny",
          twoMembers: "deny",
          learner: "deny",
          unreadable: "deny",
          callTimeoutMilliseconds: 1000,
          grantSeconds: 120,
          observeSeconds: 15,
          retryAfterSeconds: 1,
          maximumLag: 5000,
        },
      ],
      podLookup: "name",
      breakGlass: {
        users: [],
        groups: [],
        annotation: "etcd-leader-guard.gatewright.dev/break-glass",
      },
    });
  });

  it("is closed, and needs a cluster", async () => {
    expect(await problemOf({})).to.match(/"clusters" is missing/);
    expect(await problemOf({ clusters: [] })).to.match(/\/clusters: must NOT have fewer than 1/);
    const wrong = [
      [{ ...least, leeder: "deny" }, /leeder: unknown key/],
      [{ ...least, leader: "allow" }, /leader: must be one of "deny", "transfer"/],
      [{ ...least, singleMember: true }, /singleMember: must be string/],
      [{ ...least, name: "Main" }, /name: must match/],
      [{ ...least, callTimeoutMilliseconds: 0 }, /callTimeoutMilliseconds: must be >= 10/],
      [{ ...least, tls: { ca: "x" } }, /tls\/ca: unknown key/],
      [{ ...least, members: { endpoints: "x" } }, /endpoints: must be array/],
      [{ ...least, selector: { matchLabels: { app: 1 } } }, /app: must be string/],
      [{ ...least, members: undefined }, /"members" is missing/],
    ] as const;
    for (const [cluster, message] of wrong) {
      expect(await problemOf({ clusters: [cluster] })).to.match(message);
    }
  });
});

describe("endpointOfPod(template, pod, namespace)", () => {
  it("puts both in, as often as they are wanted", () => {
    const template = "https://{pod}.{pod}.{namespace}.svc:2379";
    expect(endpointOfPod(template, "a$&", "b")).to.equal("https://a$&.a$&.b.svc:2379");
  });
});
