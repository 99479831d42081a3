import { expect } from "chai";
import { describe, it } from "mocha";
import { checkConfig } from "./check-config.ts";
import type { ClusterConfig } from "./config.ts";

const main: ClusterConfig = {
  name: "main",
  namespace: "etcd",
  selector: { matchLabels: { app: "etcd" } },
  podName: "{member}",
  members: { endpoints: ["https://etcd-0.etcd:2379"] },
  tls: { caFile: "/etc/ca.crt" },
  leader: "deny",
  singleMember: "deny",
  twoMembers: "deny",
  learner: "deny",
  unreadable: "deny",
  callTimeoutMilliseconds: 1000,
  grantSeconds: 120,
  observeSeconds: 15,
  retryAfterSeconds: 5,
  maximumLag: 5000,
};
const breakGlass = { users: [], groups: [], annotation: "a/b" };

function problems(...clusters: Partial<ClusterConfig>[]): string[] {
  try {
    checkConfig({ clusters: clusters.map((each) => ({ ...main, ...each })), breakGlass });
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

const members = (members: ClusterConfig["members"], tls = main.tls) => problems({ members, tls });

describe("checkConfig(config)", () => {
  it("is content with either shape of members", () => {
    expect(problems({})).to.deep.equal([]);
    const template = "https://{pod}.etcd.{namespace}.svc:2379";
    expect(members({ template, pods: ["etcd-0", "etcd-1"] })).to.deep.equal([]);
    const local = { endpoints: ["http://127.0.0.1:1", "http://[::1]:2/"], pods: ["a"] };
    expect(members(local, {})).to.deep.equal([]);
    expect(members({ endpoints: ["https://a:443"] })).to.deep.equal([]);
    expect(problems({}, { name: "events", podName: "etcd-{member}" })).to.deep.equal([]);
  });

  it("names all problems at once", () => {
    const tls = { certFile: "c.crt" };
    expect(problems({}, { podName: "etcd", selector: {}, tls })).to.deep.equal([
      '/clusters/1/name: a cluster before it is named "main"',
      "/clusters/1/selector: is empty, which would select every pod of the namespace",
      "/clusters/1/podName: must have {member} exactly once, not 0 times",
      "/clusters/1/tls: certFile and keyFile come together",
      '/clusters/1/tls/certFile: "c.crt" must be a whole path, such as /etc/gatewright/etcd/tls.crt',
      "/clusters/1/tls: https needs caFile",
    ]);
  });

  it("selectors", () => {
    const empty = { matchLabels: {}, matchExpressions: [] };
    expect(problems({ selector: empty })).to.have.length(1);
    const matchExpressions = [
      { key: "a", operator: "In" },
      { key: "a", operator: "NotIn", values: [] },
      { key: "a", operator: "Exists", values: ["x"] },
      { key: "a", operator: "DoesNotExist" },
    ] as const;
    expect(problems({ selector: { matchExpressions } })).to.deep.equal([
      "/clusters/0/selector/matchExpressions/0/values: In needs at least one value",
      "/clusters/0/selector/matchExpressions/1/values: NotIn needs at least one value",
      "/clusters/0/selector/matchExpressions/2/values: Exists takes no values",
    ]);
  });

  it("podName", () => {
    expect(problems({ podName: "{member}-{member}" })).to.match(/not 2 times/);
    expect(problems({ podName: "{member}-{pod}" })).to.match(/knows no \{pod\}/);
  });

  it("members", () => {
    const one = (config: ClusterConfig["members"], tls?: ClusterConfig["tls"]) => {
      const found = members(config, tls);
      expect(found).to.have.length(1);
      return found[0];
    };
    const template = "https://{pod}:2379";
    expect(one({})).to.equal("/clusters/0/members: takes either endpoints, or template and pods");
    expect(one({ endpoints: ["https://a:1"], template })).to.match(/takes either/);
    expect(one({ template })).to.match(/\/members: a template needs "pods"/);
    expect(one({ template: "https://etcd:2379", pods: ["a"] })).to.match(/must have \{pod\}/);
    expect(one({ template: "https://{pod}.{ns}:1", pods: ["a"] })).to.match(/knows no \{ns\}/);
    expect(one({ template, pods: ["a", "a"] })).to.match(/\/pods\/1: "a" is listed twice/);
    expect(one({ endpoints: [] })).to.match(/lists none/);
    expect(one({ endpoints: ["https://a:1", "https://a:1"] })).to.match(/\/1: .* listed twice/);
    expect(one({ endpoints: ["https://a:1", "http://b:1"] })).to.match(/mixes http and https/);
    expect(one({ endpoints: ["https://a"] })).to.match(/must end in its port/);
    expect(one({ endpoints: ["https://a:1/x"] })).to.match(/must end in its port/);
    expect(one({ endpoints: ["https://u:p@a:1"] })).to.match(/no user or password/);
    expect(one({ endpoints: ["etcd-0:2379"] }, {})).to.match(/endpoints\/0: .* is no URL such as/);
    expect(one({ endpoints: ["https://10.0.0.1:1"] })).to.match(/an IP address that does not give/);
    expect(one({ endpoints: ["http://[fd00::1]:1"] }, {})).to.match(/an IP address/);
  });

  it("tls", () => {
    expect(members({ endpoints: ["http://a:1"] })).to.match(/is for https/);
    expect(members({ endpoints: ["https://a:1"] }, { keyFile: "k", caFile: "c" })).to.match(
      /certFile and keyFile come together/,
    );
  });

  it("the annotation that breaks the glass", () => {
    const config = { clusters: [main], breakGlass: { ...breakGlass, annotation: "a b" } };
    expect(() => checkConfig(config)).to.throw("/breakGlass/annotation: ");
  });
});
