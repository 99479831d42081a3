import { dirname, join } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { configFolders, pluginModule, refusalOf } from "../../test/config-folder.ts";
import type { RegistrationOpener } from "../registration.ts";
import type { CertificateOpener } from "../tls/certificate-source.ts";
import { inspectConfigFile, loadConfigFile } from "./load-config-file.ts";

// What is called says what it was called with, in the only place that such a function has.
const PACKAGE = "node_modules/@gatewright/kubernetes";
const files = {
  [`${PACKAGE}/package.json`]: '{ "type": "module", "exports": "./index.js" }',
  [`${PACKAGE}/index.js`]: `
    const said = (settings) => async () => { throw new Error(JSON.stringify(settings)); };
    export const selfManagedCertificate = said;
    export const registerWebhooks = said;`,
  "plain.js": pluginModule("plain"),
};
const webhooks = "webhooks: { pods.example.com: { plugins: [{ plugin: ./plain.js }] } }";

describe("configuration files: tls.secret, tls.certManager, registration, deployment", () => {
  const makeFolder = configFolders();
  const fileWith = async (yaml: string) => {
    const folder = await makeFolder({ ...files, "gatewright.yaml": `${yaml}\n${webhooks}\n` });
    return join(folder, "gatewright.yaml");
  };
  const said = async (open: CertificateOpener | RegistrationOpener | undefined) => {
    try {
      await open?.({} as never);
      throw new Error("nothing was called");
    } catch (error) {
      return JSON.parse((error as Error).message) as unknown;
    }
  };
  const openersOf = async (yaml: string) => {
    const { tls, registration } = await loadConfigFile(await fileWith(yaml));
    return {
      certificate: await said(tls as CertificateOpener),
      registered: await said(registration),
    };
  };

  it("has names for everything where none is given", async () => {
    expect(await openersOf("cluster: {}\ntls: { secret: {} }\nregistration: {}")).to.deep.equal({
      certificate: {
        secret: { name: "gatewright-tls" },
        service: { name: "gatewright" },
        hosts: [],
      },
      registered: { name: "gatewright", service: { name: "gatewright", port: 443 } },
    });
  });

  it("takes the deployment's names, and those that are given before them", async () => {
    const deployed = await openersOf(
      "cluster: {}\ntls: { secret: { leafDays: 9 } }\nregistration: { name: first }\ndeployment: { name: guard, namespace: guards }",
    );
    expect(deployed).to.deep.equal({
      certificate: {
        secret: { name: "guard-tls" },
        service: { name: "guard", namespace: "guards" },
        hosts: [],
        leafDays: 9,
      },
      registered: {
        name: "first",
        service: { name: "guard", port: 443, namespace: "guards" },
        deployment: { name: "guard", namespace: "guards" },
      },
    });
  });

  it("has a certificate made for the host of a URL", async () => {
    const { certificate, registered } = await openersOf(
      'cluster: {}\ntls: { secret: {} }\nregistration: { url: "https://[fd00::1]:8443" }',
    );
    expect(certificate).to.deep.include({ hosts: ["fd00::1"] });
    expect(registered).to.deep.equal({ name: "gatewright", url: "https://[fd00::1]:8443" });
  });

  it("reads what cert-manager wrote where the manifests mount it", async () => {
    const file = await fileWith("tls: { certManager: { issuerRef: { name: ca } } }");
    const { options, registration, secretName } = await inspectConfigFile(file);
    expect(options.tls).to.deep.equal({
      certFile: "/etc/gatewright/tls/tls.crt",
      keyFile: "/etc/gatewright/tls/tls.key",
      caFile: "/etc/gatewright/tls/ca.crt",
    });
    expect(registration).to.deep.include({ certManagerCertificate: "gatewright" });
    expect(secretName).to.equal(undefined);
  });

  it("tells tools what the file says beside the server's options", async () => {
    const file = await fileWith("deployment: { replicas: 3 }");
    const inspected = await inspectConfigFile(file);
    expect(inspected.file.deployment).to.deep.equal({ replicas: 3 });
    expect(inspected.options).to.not.have.property("deployment");
    expect(inspected.path).to.equal(file);
    expect(inspected.text).to.match(/^deployment:/);
  });

  it("refuses what needs a cluster without one, two kinds of certificate, and a URL with a path", async () => {
    const wrong = async (yaml: string) => {
      const file = await fileWith(yaml);
      const lines = await refusalOf(loadConfigFile(file), dirname(file));
      return lines.map((line) => line.replace(/^[^ ]+ (.*) \[GW_CONFIG_INVALID\]$/, "$1"));
    };
    expect(await wrong("tls: { secret: {} }\nregistration: {}")).to.deep.equal([
      "/tls/secret: needs a cluster: write cluster: {} into the file",
      "/registration: needs a cluster: write cluster: {} into the file",
    ]);
    expect(await wrong("cluster: {}\ntls: { secret: {}, certFile: a, keyFile: b }")).to.include(
      "/tls/certFile: cannot stand beside another kind of certificate",
    );
    expect(
      await wrong('cluster: {}\nregistration: { url: "https://a.example.com/validate" }'),
    ).to.deep.equal([
      "/registration/url: must be https://host or https://host:port, without a path",
    ]);
  });
});
