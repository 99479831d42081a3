import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { expectSnapshot } from "../../test/snapshot.ts";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";
import type { ManifestObject } from "./manifest.ts";

const CONFIGURATIONS = fileURLToPath(new URL("../../test/configurations/", import.meta.url));
const names = ["least", "self-managed", "everything"];

/** What `gatewright manifests` writes for a configuration of the tests. */
async function manifestsOf(name: string): Promise<string> {
  const terminal = createTestTerminal({ cwd: CONFIGURATIONS });
  const code = await runGatewright(["manifests", "-c", `${name}.yaml`], terminal);
  expect({ code, err: terminal.err() }).to.deep.equal({ code: 0, err: "" });
  return terminal.out();
}

function objectsIn(stream: string): ManifestObject[] {
  return parseAllDocuments(stream).map((document) => document.toJS() as ManifestObject);
}

describe("manifests(installation)", () => {
  for (const name of names) {
    it(`writes for ${name}.yaml what it always has, twice the same`, async () => {
      const written = await manifestsOf(name);
      expect(await manifestsOf(name)).to.equal(written);
      await expectSnapshot(new URL(`snapshots/${name}.yaml`, import.meta.url), written);
    });

    it(`keeps ${name}.yaml as it is, and rolls out what changes in it`, async () => {
      const objects = objectsIn(await manifestsOf(name));
      const map = objects.find(({ kind }) => kind === "ConfigMap") as unknown as {
        data: Record<string, string>;
      };
      const text = await readFile(`${CONFIGURATIONS}${name}.yaml`, "utf8");
      expect(map.data).to.deep.equal({ "gatewright.yaml": text });
    });

    it(`labels everything for ${name}.yaml, and puts nothing twice`, async () => {
      const objects = objectsIn(await manifestsOf(name));
      const seen = objects.map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`,
      );
      expect(new Set(seen).size).to.equal(seen.length);
      for (const { metadata } of objects) {
        expect(metadata.labels).to.include({ "app.kubernetes.io/managed-by": "gatewright" });
      }
    });
  }

  it("writes no webhook configuration, and says who does", async () => {
    for (const name of names)
      expect(await manifestsOf(name)).not.to.include("WebhookConfiguration\n");
    expect(await manifestsOf("least")).to.include("#   gatewright register -c least.yaml\n");
    expect(await manifestsOf("self-managed")).to.include(
      "the server registers its webhooks itself",
    );
  });

  it("gives a token to no server that has no use for it", async () => {
    for (const [name, mounted] of [
      ["least", false],
      ["self-managed", true],
    ] as const) {
      const objects = objectsIn(await manifestsOf(name));
      const { spec } = objects.find(({ kind }) => kind === "Deployment") as unknown as {
        spec: { template: { spec: Record<string, unknown> } };
      };
      expect(spec.template.spec["automountServiceAccountToken"]).to.equal(mounted);
      expect(objects.some(({ kind }) => kind.endsWith("RoleBinding"))).to.equal(mounted);
    }
  });
});
