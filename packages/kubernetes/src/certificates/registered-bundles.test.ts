import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { registeredBundles } from "./registered-bundles.ts";

describe("registeredBundles(connection, of)", () => {
  it("finds the webhooks of a Service and of its URLs, in both kinds, whoever registered them", async () => {
    const cluster = createFakeCluster();
    const as = { fieldManager: "test" };
    const caBundle = Buffer.from("CA").toString("base64");
    const ours = { service: { name: "hook", namespace: "shop" }, caBundle };
    const clients = {
      "a.example.com": ours,
      "b.example.com": { service: { name: "hook", namespace: "other" }, caBundle },
      "c.example.com": { url: "https://[::1]:8443/validate", caBundle },
      "d.example.com": { url: "https://elsewhere.example.com", caBundle },
      "e.example.com": { url: "https://hook.example.com:443/x" },
    };
    const webhooks = Object.entries(clients).map(([name, clientConfig]) => ({
      name,
      clientConfig,
    }));
    for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]) {
      const configuration = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind,
        metadata: { name: "theirs" },
        webhooks,
      };
      const resource = `admissionregistration.k8s.io/v1/${kind.toLowerCase()}s`;
      await cluster.create(resource, configuration, as);
    }
    const found = await registeredBundles(cluster, {
      service: { name: "hook", namespace: "shop" },
      hosts: ["::1", "hook.example.com"],
    });
    expect(found.slice(3)).to.deep.equal([
      {
        where: "ValidatingWebhookConfiguration theirs, webhook a.example.com",
        host: "hook.shop.svc",
        caBundle: "CA",
      },
      {
        where: "ValidatingWebhookConfiguration theirs, webhook c.example.com",
        host: "::1",
        caBundle: "CA",
      },
      {
        where: "ValidatingWebhookConfiguration theirs, webhook e.example.com",
        host: "hook.example.com",
        caBundle: "",
      },
    ]);
    expect(found).to.have.length(6);
  });
});
