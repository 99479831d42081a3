import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { diagnose } from "./diagnose.ts";
import { mountedCertificates } from "./mounted-certificates.ts";
import { outage } from "./outage.ts";
import { readConfig } from "./read-config.ts";
import { readManifests } from "./read-manifests.ts";
import type { PlacedObject } from "./snapshot.ts";

const cwd = fileURLToPath(new URL("../../test/doctor/", import.meta.url));
const terminal = createTestTerminal({ cwd });

function judged(objects: readonly PlacedObject[]) {
  const snapshot = { objects, complete: false };
  return diagnose({ ...snapshot, served: mountedCertificates(snapshot) });
}

/** What is worth a warning, and where: `GWD126 validation.gatekeeper.sh`. */
const found = (objects: readonly PlacedObject[]) =>
  judged(objects)
    .filter(({ severity }) => severity !== "info")
    .map(
      ({ id, severity, where }) => `${severity} ${id.slice(0, 6)} ${where.webhook ?? where.object}`,
    );

describe("good configurations", () => {
  const good = ["custom-resources", "eviction-guard", "outside", "pod-policy", "policy"];

  it("are all here", async () => {
    expect((await readdir(`${cwd}good`)).sort()).to.deep.equal(good.map((name) => `${name}.yaml`));
  });

  for (const name of good) {
    it(`${name}.yaml has nothing to warn of`, async () => {
      expect(found(await readManifests(terminal, [`good/${name}.yaml`]))).to.be.empty;
    });
  }

  it("know what their pods will serve, where a Secret says so", async () => {
    const objects = await readManifests(terminal, ["good/pod-policy.yaml"]);
    expect([...mountedCertificates({ objects, complete: false }).keys()]).to.deep.equal([
      "guard-system/guard:443",
    ]);
    const now = new Date("2126-10-29T00:00:00Z");
    const snapshot = { objects, complete: false, now };
    const ids = diagnose({ ...snapshot, served: mountedCertificates(snapshot) }).map(
      ({ id }) => id,
    );
    expect(ids).to.include.members(["GWD404-ca-expires-soon", "GWD409-served-expires-soon"]);
  });
});

describe("Gatewright's own configurations, of all four plugins", () => {
  it("have nothing to warn of", async () => {
    const objects = await readConfig(terminal, "four-plugins.yaml");
    expect(found(objects)).to.be.empty;
    expect(judged(objects).filter(({ id }) => id.startsWith("GWD1"))).to.be.empty;
  });

  it("stop nothing that a cluster recovers by, though every replica is down", async () => {
    const objects = await readConfig(terminal, "four-plugins.yaml");
    const stopped = outage({ objects, complete: false })
      .filter(({ works }) => works !== "yes")
      .map(({ id }) => id);
    expect(stopped).to.deep.equal([
      "namespace-deletion",
      "events",
      "namespaces-created",
      "pods",
      "rollouts",
      "drains",
    ]);
  });
});

/** As docs/doctor.md tells it. */
describe("published configurations", () => {
  const published: Record<string, readonly string[]> = {
    "cert-manager": [
      "warning GWD501 webhook.cert-manager.io",
      "warning GWD501 webhook.cert-manager.io",
      "warning GWD502 webhook.cert-manager.io",
      "warning GWD605 Deployment/cert-manager/cert-manager-webhook",
    ],
    gatekeeper: [
      "warning GWD101 validation.gatekeeper.sh",
      "warning GWD102 validation.gatekeeper.sh",
      "warning GWD112 validation.gatekeeper.sh",
      "warning GWD126 validation.gatekeeper.sh",
      "warning GWD401 mutation.gatekeeper.sh",
      "warning GWD401 validation.gatekeeper.sh",
      "warning GWD401 check-ignore-label.gatekeeper.sh",
      "warning GWD801 mutation.gatekeeper.sh",
      "warning GWD801 validation.gatekeeper.sh",
    ],
    "ingress-nginx": [
      "warning GWD401 validate.nginx.ingress.kubernetes.io",
      "warning GWD605 Deployment/ingress-nginx/ingress-nginx-controller",
    ],
  };
  for (const [name, findings] of Object.entries(published)) {
    it(`of ${name} have what the page says`, async () => {
      expect(found(await readManifests(terminal, [`published/${name}.yaml`]))).to.deep.equal(
        findings,
      );
    });
  }

  it("stop no cluster, but for new namespaces under Gatekeeper", async () => {
    for (const name of Object.keys(published)) {
      const objects = await readManifests(terminal, [`published/${name}.yaml`]);
      const stopped = outage({ objects, complete: false }).filter(({ works }) => works !== "yes");
      const expected = name === "gatekeeper" ? ["namespaces-created"] : [];
      expect(
        stopped.map(({ id }) => id),
        name,
      ).to.deep.equal(expected);
    }
  });
});
