import { describeServer, inspectConfigFile } from "@gatewright/core";
import { certificatePolicyRules, registrationPolicyRules } from "@gatewright/kubernetes";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { configFile, gatewright, name, namespace } from "./gatewright-command.ts";
import {
  allowed,
  type Attempt,
  attemptsOn,
  type Grant,
  granted,
  servedResources,
  textOf,
} from "./rights.ts";

const OTHER = "shop";

describe("what the ServiceAccount of `gatewright manifests` may do", () => {
  let plane: ControlPlane;
  let attempts: Attempt[];
  let grants: Grant[];
  /** All that the account may do, of them. */
  let rights: Set<string>;
  before("install it", async () => {
    plane = await startControlPlane();
    const input = await gatewright("manifests", "-c", configFile);
    const applied = await plane.kubectl(["apply", "--server-side", "-f", "-"], { input });
    expect(applied.exitCode, applied.stderr).to.equal(0);
    await plane.request("/api/v1/namespaces", { body: { metadata: { name: OTHER } } });
    grants = await declared();
    const resources = await servedResources(plane);
    attempts = attemptsOn(resources, [namespace, OTHER, "kube-system"], namesIn(grants));
    // RBAC goes by caches.
    const lists = attempts.filter(
      (attempt) => textOf(attempt) === "list namespaces in all namespaces",
    );
    await waitUntil(async () => (await allowed(plane, account, lists)).size > 0, { what: "RBAC" });
    rights = await allowed(plane, account, attempts);
  });
  after(() => plane?.stop());

  const account = { namespace, name };
  /** What any account may do: ask what it may do, and what is served. */
  const anybody = () => allowed(plane, { namespace: OTHER, name: "default" }, attempts);

  it("every verb on every resource: what is declared, and nothing else", async () => {
    // Or it would be a short list of what nobody may do.
    expect(attempts).to.have.length.above(5000);
    const expected = [...(await anybody()), ...granted(grants, attempts)].toSorted();
    expect(expected).to.have.length.above(30);
    expect([...rights].toSorted()).to.deep.equal([...new Set(expected)]);
  });

  it("nothing that would give it more", async () => {
    const telling = [...rights].filter((text) =>
      /^(?:\*|impersonate|bind|escalate|approve|sign)|serviceaccounts\/token|pods\/(?:exec|attach|ephemeralcontainers)|secrets(?: "[^"]*")? in (?:all|shop|kube)|create pods|\*/.test(
        text,
      ),
    );
    // What owners and members of a namespace have there, the tenancy plugin gives them: these roles, and no other.
    expect(telling.toSorted()).to.deep.equal([
      'bind clusterroles.rbac.authorization.k8s.io "admin" in all namespaces',
      'bind clusterroles.rbac.authorization.k8s.io "edit" in all namespaces',
    ]);
  });

  it("by its own token, as by its name", async () => {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const kind = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest" };
    const { body } = await plane.request(path, { body: { ...kind, spec: {} } });
    const headers = { authorization: `Bearer ${body.status.token}` };
    const status = async (what: string) => (await plane.request(what, { headers })).status;
    expect(await status("/api/v1/namespaces")).to.equal(200);
    expect(await status(`/api/v1/namespaces/${OTHER}/secrets`)).to.equal(403);
    expect(await status(`/api/v1/namespaces/${namespace}/secrets`)).to.equal(403);
    expect(await status("/api/v1/nodes")).to.equal(403);
    expect(await status("/apis/apps/v1/deployments")).to.equal(403);
  });

  it("a right too many would be found", async () => {
    const role = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`;
    const rule = { apiGroups: [""], resources: ["nodes"], verbs: ["deletecollection"] };
    const patch = (op: object) =>
      plane.request(role, {
        method: "PATCH",
        contentType: "application/json-patch+json",
        body: [op],
      });
    await patch({ op: "add", path: "/rules/0", value: rule });
    try {
      const onNodes = attempts.filter(({ resource }) => resource === "nodes");
      const added = await waitUntil(
        async () => {
          const now = await allowed(plane, account, onNodes);
          const difference = [...now].filter((text) => !rights.has(text));
          return difference.length > 0 && difference;
        },
        { what: "RBAC to know the new rule" },
      );
      expect(added).to.deep.equal(["deletecollection nodes in all namespaces"]);
    } finally {
      await patch({ op: "remove", path: "/rules/0" });
    }
  });
});

/** What the configuration's plugins declare, and what the server needs for its certificate and its registration. */
async function declared(): Promise<Grant[]> {
  const { options } = await inspectConfigFile(configFile, { importPlugin: (from) => import(from) });
  const { policyRules } = await describeServer(options);
  const registration = registrationPolicyRules({ name, namespace, deployment: name });
  const isLease = ({ apiGroups: [group] }: { apiGroups: readonly string[] }) =>
    group === "coordination.k8s.io";
  return [
    { namespace: undefined, rules: policyRules.filter((rule) => !isLease(rule)) },
    { namespace, rules: policyRules.filter(isLease) },
    { namespace: undefined, rules: registration.cluster },
    { namespace, rules: registration.namespace },
    { namespace, rules: certificatePolicyRules({ name: "gatewright-tls", namespace }) },
  ];
}

/** The names of which there is a rule, and one of which there is none. */
function namesIn(grants: readonly Grant[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { apiGroups, resources, resourceNames } of grants.flatMap(({ rules }) => rules)) {
    const key = `${apiGroups[0]}/${resources[0]}`;
    const known = names.get(key) ?? ["somebody-elses"];
    names.set(key, [...new Set([...known, ...(resourceNames ?? [])])]);
  }
  return names;
}
