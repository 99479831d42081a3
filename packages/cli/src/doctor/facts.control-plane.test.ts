import { type ControlPlane, startControlPlane } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { bypasses } from "../../test/doctor/bypasses.ts";
import { type Loose, validating, webhook } from "../../test/doctor/cluster.ts";
import { lockOuts } from "../../test/doctor/lock-outs.ts";
import { policies } from "../../test/doctor/policies.ts";
import { servers } from "../../test/doctor/servers.ts";
import { trust } from "../../test/doctor/trust.ts";

const registrations = "/apis/admissionregistration.k8s.io/v1";

/** Checks of what an API server does not take. */
const refused = "GWD303 GWD504 GWD607 GWD609 GWD610 GWD703 GWD704 GWD706 GWD707 GWD708".split(" ");

describe("what the checks say of the API server", () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after(() => plane.stop());

  /** How it takes a configuration, without keeping it. */
  async function statusOf(object: Loose): Promise<number> {
    const resource = `${String(object["kind"]).toLowerCase()}s`.replace(/ys$/, "ies");
    const path = `${registrations}/${resource}?dryRun=All`;
    return (await plane.request(path, { body: object })).status;
  }

  it("takes a healthy webhook", async () => {
    expect(await statusOf(validating(webhook()))).to.equal(201);
  });

  for (const { name, finds, objects } of [
    ...bypasses,
    ...lockOuts,
    ...policies,
    ...trust,
    ...servers,
  ]) {
    const isRefused = finds.some((id) => refused.includes(id));
    it(`${isRefused ? "refuses" : "takes"} ${name}`, async () => {
      const configurations = objects.filter(
        (object): object is Loose =>
          (object as Loose)["apiVersion"] === "admissionregistration.k8s.io/v1",
      );
      const statuses = await Promise.all(configurations.map(statusOf));
      expect(statuses.every((status) => status === 201)).to.equal(!isRefused, statuses.join());
    });
  }

  it("keeps labels that come by the status, and by finalize", async () => {
    const core = "/api/v1";
    const created: readonly [path: string, object: Loose][] = [
      ["namespaces", { metadata: { name: "labelled" } }],
      ["nodes", { metadata: { name: "worker-1" } }],
      ["namespaces/default/services", { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } }],
      [
        "namespaces/default/pods",
        { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "x" }] } },
      ],
    ];
    const patch = (label: string) => ({
      method: "PATCH",
      body: { metadata: { labels: { [label]: "" } } },
    });
    for (const [path, object] of created) {
      const made = await plane.request(`${core}/${path}`, { body: object });
      expect(made.status, made.text).to.equal(201);
      const own = `${core}/${path}/${made.body.metadata.name}`;
      await plane.request(`${own}/status`, patch("by-status"));
      const found = await plane.request(own);
      expect(found.body.metadata.labels, own).to.have.property("by-status");
    }
    const namespace = `${core}/namespaces/labelled`;
    const { body } = await plane.request(namespace);
    body.metadata.labels["by-finalize"] = "";
    await plane.request(`${namespace}/finalize`, { method: "PUT", body });
    const { metadata } = (await plane.request(namespace)).body;
    expect(metadata.labels).to.have.property("by-finalize");
  });

  it("puts annotations and a node on a pod by its binding", async () => {
    const pods = "/api/v1/namespaces/default/pods";
    const pod = { metadata: { name: "bound" }, spec: { containers: [{ name: "c", image: "x" }] } };
    await plane.request(pods, { body: pod });
    const binding = {
      metadata: { name: "bound", annotations: { by: "binding" } },
      target: { kind: "Node", name: "worker-1" },
    };
    const answer = await plane.request(`${pods}/bound/binding`, { body: binding });
    expect(answer.status, answer.text).to.equal(201);
    const { metadata, spec } = (await plane.request(`${pods}/bound`)).body;
    expect({ by: metadata.annotations.by, node: spec.nodeName }).to.deep.equal({
      by: "binding",
      node: "worker-1",
    });
  });
});
