import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { endpoint, everything } from "../../test/endpoints.ts";
import {
  NAMESPACE,
  type RealInstallation,
  startRealInstallation,
  worst,
} from "../../test/real-installation.ts";
import { issueFor, type Registering, registered, untilRegistered } from "../../test/registering.ts";
import { isEdited } from "./edited.ts";

const PATH = "/apis/admissionregistration.k8s.io/v1";

describe("startRegistration(options, context), on a real API server, where no webhook answers", () => {
  let cluster: RealInstallation;
  let server: Registering;
  before(async () => {
    cluster = await startRealInstallation();
  });
  after(() => cluster?.stop());
  afterEach(() => server?.registration.close());

  const isThere = () =>
    untilRegistered(cluster.connection(), "both", ({ mutate, validate }) => mutate && validate);
  const untilGone = async () => {
    await waitUntil(
      async () => {
        for (const kind of ["mutating", "validating"]) {
          const { status } = await cluster.plane.request(
            `${PATH}/${kind}webhookconfigurations/gatewright`,
          );
          if (status !== 404) return false;
        }
        return true;
      },
      { what: "the configurations to be gone", timeoutMs: 60_000 },
    );
    await waitUntil(cluster.isFree, { what: "the cluster to be free" });
  };
  const kubectl = async (...args: string[]) => {
    const { exitCode, stderr } = await cluster.plane.kubectl(args);
    expect([exitCode, stderr]).to.deep.equal([0, ""]);
  };
  /** A server that has registered, and whose webhooks block whatever is not left out. */
  const begin = async () => {
    await cluster.install();
    server = await cluster.start();
    await isThere();
    await waitUntil(async () => !(await cluster.isFree()), { what: "the webhooks to block" });
  };

  it("registers by the rights of `registrationPolicyRules` alone, and has nothing to complain of", async () => {
    await begin();
    await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
    const loud = server.lines.filter((line) => /^(?:warn|error)/.test(line));
    expect(loud).to.deep.equal([]);
    expect(server.metric("writes_total")).to.equal(1);
  });

  it("knows by the annotation whether what the API server gives back was changed", async () => {
    await cluster.install();
    const rich = {
      namespaceSelector: { matchLabels: { b: "1", a: "2" } },
      objectSelector: { matchExpressions: [{ key: "a", operator: "Exists" as const }] },
      matchConditions: [{ name: "no-z", expression: "true" }],
    };
    server = await cluster.start([
      endpoint("a.example.com", "mutate", rich),
      endpoint("b.example.com", "validate", { ...rich, rules: [everything] }),
    ]);
    await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
    const client = { url: "https://127.0.0.1:9" };
    expect(isEdited(await registered(cluster.connection()), client)).to.equal(false);
    const [mutating] = (await registered(cluster.connection())).mutate?.webhooks ?? [];
    await server.registration.close();
    const webhooks = [{ ...mutating, namespaceSelector: {} }];
    await kubectl(
      ...["patch", "mutatingwebhookconfiguration", "gatewright", "--type=merge"],
      ...["-p", JSON.stringify({ webhooks })],
    );
    expect(isEdited(await registered(cluster.connection()), client)).to.equal(true);
  });

  it("repairs what kubectl changes and deletes, by the name of who did it", async () => {
    await begin();
    const patch = [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }];
    await kubectl(
      ...["patch", "validatingwebhookconfiguration", "gatewright", "--type=json"],
      ...["-p", JSON.stringify(patch), "--field-manager=somebody"],
    );
    await untilRegistered(
      cluster.connection(),
      "the repair",
      ({ validate }) => validate?.webhooks?.[0]?.failurePolicy === "Fail",
    );
    await server.says('"by":["somebody"]');
    await server.registration.close();
    server = await cluster.start();
    await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
    await kubectl("delete", "mutatingwebhookconfiguration", "gatewright");
    await isThere();
    expect(server.metric("drift_total")).to.equal(1);
  });

  it("leaves alone what others add, and puts webhooks into the configured order", async () => {
    await begin();
    const theirs = {
      name: "aaa.example.com",
      clientConfig: { url: "https://127.0.0.1:9" },
      rules: [],
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    };
    const patch = [{ op: "add", path: "/webhooks/0", value: theirs }];
    await kubectl(
      ...["patch", "validatingwebhookconfiguration", "gatewright", "--type=json"],
      ...["-p", JSON.stringify(patch)],
    );
    await kubectl("label", "validatingwebhookconfiguration", "gatewright", "team=a");
    await server.says("somebody added to the registered webhooks");
    const order = async () =>
      (await registered(cluster.connection())).validate?.webhooks?.map(({ name }) => name);
    const names = ["z.example.com", "all.example.com", "b.example.com"];
    for (const configured of [names, names.toReversed()]) {
      await server.registration.close();
      server = await cluster.start([
        ...configured.map((name) => endpoint(name, "validate")),
        ...worst.filter(({ phase }) => phase === "mutate"),
      ]);
      await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
      const found = await order();
      expect(found).to.include("aaa.example.com").and.have.length(4);
      expect(found?.filter((name) => name !== "aaa.example.com")).to.deep.equal(configured);
    }
    const webhooks = (await registered(cluster.connection())).validate?.webhooks?.toReversed();
    await kubectl(
      ...["patch", "validatingwebhookconfiguration", "gatewright", "--type=json"],
      ...["-p", JSON.stringify([{ op: "replace", path: "/webhooks", value: webhooks }])],
    );
    await server.says("the registered webhooks are repaired");
    expect((await order())?.filter((name) => name !== "aaa.example.com")).to.deep.equal(
      names.toReversed(),
    );
    expect((await registered(cluster.connection())).validate?.metadata?.labels).to.include({
      team: "a",
    });
    await kubectl("delete", "validatingwebhookconfiguration", "gatewright");
    await isThere();
  });

  it("takes a webhook away, though others wrote into it: a person, and itself", async () => {
    await cluster.install();
    const [a, b] = ["a.example.com", "b.example.com"].map((name) => endpoint(name, "validate"));
    if (a === undefined || b === undefined) throw new Error("no endpoints");
    server = await cluster.start([a, b]);
    await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
    await server.registration.close();
    const theirs = [{ name: "theirs", expression: "true" }];
    const patch = [{ op: "add", path: "/webhooks/1/matchConditions", value: theirs }];
    await kubectl(
      ...["patch", "validatingwebhookconfiguration", "gatewright", "--type=json"],
      ...["-p", JSON.stringify(patch)],
    );
    // A third replica never becomes ready: the CA is written into what an earlier version has registered.
    await kubectl("scale", "deployment/gatewright", "-n", NAMESPACE, "--replicas=3");
    server = await cluster.start([a]);
    server.trust(cluster.ca + (await issueFor("127.0.0.1")).ca);
    await server.says("the registered CA is renewed");
    await kubectl("scale", "deployment/gatewright", "-n", NAMESPACE, "--replicas=2");
    await waitUntil(() => server.metric("current") === 1, { what: "it to be current" });
    const { validate } = await registered(cluster.connection());
    expect(validate?.webhooks?.map(({ name }) => name)).to.deep.equal(["a.example.com"]);
    expect(server.metric("failures_total")).to.equal(0);
    await kubectl("delete", "validatingwebhookconfiguration", "gatewright");
  });

  it("goes with an installation that is scaled to 0", async () => {
    await begin();
    await kubectl("scale", "deployment/gatewright", "-n", NAMESPACE, "--replicas=0");
    await server.registration.close();
    await untilGone();
    await kubectl("scale", "deployment/gatewright", "-n", NAMESPACE, "--replicas=2");
  });

  for (const [order, kinds] of Object.entries({
    "as Helm does, rights first": ["clusterrolebinding", "clusterrole", "deployment"],
    "its ClusterRole first": ["clusterrole", "clusterrolebinding", "deployment"],
    "its Deployment first": ["deployment", "clusterrole", "clusterrolebinding"],
  })) {
    it(`goes with an installation that is uninstalled, ${order}, while its server lives`, async () => {
      await begin();
      for (const kind of kinds) {
        const namespaced = kind === "deployment" ? ["-n", NAMESPACE] : [];
        await kubectl("delete", kind, "gatewright", ...namespaced);
      }
      await untilGone();
      await server.registration.close();
      await untilGone();
    });
  }

  for (const alive of [true, false]) {
    it(`goes with its namespace, though ${alive ? "its server lives" : "its server is dead since before"}`, async () => {
      await begin();
      // As if it had been killed: it unregisters nothing.
      if (!alive) await server.registration.close();
      await isThere();
      await kubectl("delete", "namespace", NAMESPACE, "--timeout=60s");
      await untilGone();
      const { status } = await cluster.plane.request(
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/gatewright",
      );
      if (!alive) expect(status).to.equal(404);
    });
  }
});
