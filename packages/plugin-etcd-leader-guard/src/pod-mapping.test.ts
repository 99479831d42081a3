import { type Logger, silentLogger } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { idOf, member, unstarted } from "../test/cluster.ts";
import { createPodMapping } from "./pod-mapping.ts";

function open(members: object, podName = "{member}", at: Record<string, string> = {}) {
  const lines: string[] = [];
  const take = (...line: unknown[]) => void lines.push(String(line.at(-1)));
  const log: Logger = { ...silentLogger, info: take, warn: take };
  const endpointOf = (id: string) => at[id];
  const mapping = createPodMapping({ members, podName, namespace: "etcd" }, { endpointOf }, log);
  return { mapping, lines };
}

const three = [member(0), member(1), unstarted(2)];

describe("createPodMapping(config, connections, log)", () => {
  it("tells who is whose, once, and again when it changes", () => {
    const { mapping, lines } = open({ endpoints: ["http://etcd-0.etcd:2379"] });
    mapping.learn(three);
    mapping.learn(three);
    expect(lines).to.deep.equal([
      "etcd: members' pods: etcd-0 -> pod etcd-0, etcd-1 -> pod etcd-1",
    ]);
    mapping.learn([member(0)]);
    expect(lines[1]).to.equal("etcd: members' pods: etcd-0 -> pod etcd-0");
    expect(mapping.isOpen()).to.equal(false);
  });

  it("warns of members that are nobody of the listed pods, and says what podName would fit", () => {
    for (const how of [{ endpoints: ["http://etcd-0.etcd:1"] }, { template: "http://{pod}:1" }]) {
      const { mapping, lines } = open({ ...how, pods: ["orders-etcd-0", "orders-etcd-1"] });
      mapping.learn(three);
      mapping.learn(three);
      expect(lines).to.have.length(2);
      expect(lines[1]).to.equal(
        'etcd: members etcd-0, etcd-1 are nobody of pods [orders-etcd-0, orders-etcd-1]: set "podName" (by their names "orders-{member}")',
      );
    }
    const right = open({ template: "http://{pod}:1", pods: ["etcd-0"] });
    right.mapping.learn(three);
    expect(right.lines, "one that has joined").to.have.length(1);
  });

  it("is open where nothing is known of a pod, until the template finds it", () => {
    const byIP = [member(0, { clientURLs: ["http://10.0.0.1:2379"] })];
    const open1 = open({ endpoints: ["http://lb:2379"] });
    open1.mapping.learn(byIP);
    expect(open1.mapping.isOpen()).to.equal(true);
    expect(open1.lines).to.deep.equal([
      "etcd: members' pods: etcd-0 -> no known pod",
      'etcd: no pod is known of member etcd-0: set "podName" or list "members.pods"',
    ]);
    const found = open({ template: "http://{pod}.x:1", pods: ["etcd-0"] }, "{member}", {
      [idOf(0)]: "http://etcd-0.x:1",
    });
    found.mapping.learn(byIP);
    expect(found.mapping.isOpen()).to.equal(false);
  });
});
