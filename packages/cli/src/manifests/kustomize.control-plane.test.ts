import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findControlPlane } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { createTestTerminal } from "../../test/test-terminal.ts";
import { runGatewright } from "../run-gatewright.ts";
import type { ManifestObject } from "./manifest.ts";

const run = promisify(execFile);
const cwd = fileURLToPath(new URL("../../test/configurations/", import.meta.url));

describe("gatewright manifests --format kustomize, to kubectl", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-kustomize-"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const name of ["least", "self-managed", "everything"]) {
    it(`is ${name}.yaml's plain YAML once it is built`, async () => {
      const manifests = async (...args: string[]) => {
        const terminal = createTestTerminal({ cwd });
        expect(
          await runGatewright(["manifests", "-c", `${name}.yaml`, ...args], terminal),
        ).to.equal(0);
        return terminal.out();
      };
      const base = join(folder, name);
      await manifests("--format", "kustomize", "-o", base);
      const { kubectl } = await findControlPlane();
      const { stdout } = await run(kubectl, ["kustomize", base]);
      expect(byName(stdout)).to.deep.equal(byName(await manifests()));
    });
  }
});

/** kustomize has an order of its own. */
function byName(stream: string): Record<string, ManifestObject> {
  const objects = parseAllDocuments(stream).map((document) => document.toJS() as ManifestObject);
  return Object.fromEntries(
    objects.map((object) => {
      const { kind, metadata } = object;
      return [`${kind} ${metadata.namespace ?? ""} ${metadata.name}`, object];
    }),
  );
}
