import { ClusterError } from "@gatewright/core";
import { INSTALLATION_ANNOTATION } from "@gatewright/kubernetes/registration";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import { useConfigurations } from "../../test/configuration-folder.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { certificateNames, whichCertificate } from "../certs/which-certificate.ts";
import { homeNamespace } from "./home-namespace.ts";
import { namedInstallation } from "./named-installation.ts";
import { planRegistration } from "./plan-registration.ts";

const registered = (namespace: string, name = "gatewright") => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name, annotations: { [INSTALLATION_ANNOTATION]: `${namespace}/gatewright` } },
});

describe("homeNamespace(connection, name)", () => {
  const folder = useConfigurations();
  const inShop = () => createFakeCluster({ objects: [registered("shop")] });
  const of = (connection: ReturnType<typeof inShop>) => ({ ...connection, namespace: "laptop" });

  it("is where it is registered, where manifests installed it, and else the context's", async () => {
    expect(await homeNamespace(of(inShop()), "gatewright")).to.equal("shop");
    expect(await homeNamespace(of(inShop()), "another")).to.equal("laptop");
    const metadata = { name: "gatewright", namespace: "gatewright-system" };
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata };
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: metadata.namespace } };
    const both = createFakeCluster({ objects: [home, deployment, registered("shop")] });
    expect(await homeNamespace(of(both), "gatewright")).to.equal("shop");
    expect(await homeNamespace(of(both), "another")).to.equal("gatewright-system");
    const forbidden = new ClusterError("no", { status: 403, reason: "Forbidden" });
    const blind = { ...of(inShop()), get: () => Promise.reject(forbidden) };
    expect(await homeNamespace(blind, "gatewright")).to.equal("laptop");
  });

  it("counts for certificates of a file without deployment, and for no other", async () => {
    const namespace = async (text: string | undefined, options = {}) => {
      const config = text === undefined ? undefined : await folder.write("a.yaml", text);
      const given = { ...(config !== undefined && { config }), ...options };
      const names = await certificateNames(createTestTerminal({ cwd: folder.path() }), given);
      return (await whichCertificate(given, names, of(inShop()))).secret.namespace;
    };
    expect(await namespace("webhooks: {}")).to.equal("shop");
    expect(await namespace("registration: { name: another }")).to.equal("laptop");
    expect(await namespace("webhooks: {}", { namespace: "given" })).to.equal("given");
    expect(await namespace("deployment: {}")).to.equal("gatewright-system");
    expect(await namespace("deployment: { namespace: named }")).to.equal("named");
    expect(await namespace(undefined)).to.equal("gatewright-system");
  });

  it("is what register asks for, where the file names none", async () => {
    const plan = async (more: string, namespace?: string) => {
      const text = `${more}tls: { secret: {} }\nwebhooks:\n  pods.example.com:\n    plugins: [{ plugin: "@gatewright/plugin-run-as-nonroot" }]\n`;
      const config = await folder.write("b.yaml", text);
      const found = await planRegistration(createTestTerminal(), config, undefined, namespace);
      return [found.isPlaced, found.settings.namespace];
    };
    expect(await plan("cluster: {}\n", "shop")).to.deep.equal([false, "shop"]);
    expect(await plan("cluster: {}\ndeployment: {}\n")).to.deep.equal([true, "gatewright-system"]);
  });

  it("leaves it to the name what unregister takes away", async () => {
    const terminal = createTestTerminal({ cwd: folder.path() });
    await folder.write("c.yaml", "webhooks: {}\n");
    expect(await namedInstallation(terminal, "c.yaml")).to.deep.equal({
      name: "gatewright",
      installation: undefined,
      ownDeployment: "gatewright",
    });
    await folder.write("c.yaml", "deployment: { namespace: shop }\n");
    expect(await namedInstallation(terminal, "c.yaml")).to.deep.equal({
      name: "gatewright",
      installation: "shop/gatewright",
    });
  });
});
