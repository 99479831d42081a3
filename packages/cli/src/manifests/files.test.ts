import { expect } from "chai";
import { describe, it } from "mocha";
import { parse, parseAllDocuments } from "yaml";
import { bareInstallation, fullInstallation, plainInstallation } from "../../test/installations.ts";
import { kustomizeBase, yamlStream } from "./files.ts";
import { manifests } from "./manifests.ts";

const installations = { bareInstallation, plainInstallation, fullInstallation };

describe("yamlStream(heading, manifests)", () => {
  for (const [name, installation] of Object.entries(installations)) {
    it(`writes the objects of ${name}, which either YAML reads as they are`, () => {
      const all = manifests(installation);
      const stream = yamlStream("A heading\n\nof three lines", all);
      expect(stream).to.match(/^# A heading\n#\n# of three lines\n---\napiVersion: v1\n/);
      for (const version of ["1.1", "1.2"] as const) {
        const read = parseAllDocuments(stream, { version }).map((document) => document.toJS());
        expect(read).to.deep.equal(all.map(({ object }) => object));
      }
    });
  }
});

describe("kustomizeBase(heading, manifests)", () => {
  for (const [name, installation] of Object.entries(installations)) {
    it(`has a file for each object of ${name}, and lists them in order`, () => {
      const all = manifests(installation);
      const files = kustomizeBase("A heading", all);
      const [first, ...others] = files.keys();
      expect(first).to.equal("kustomization.yaml");
      const { resources } = parse(files.get("kustomization.yaml") ?? "") as { resources: string[] };
      expect(resources).to.deep.equal(others);
      const read = others.map((file) => parse(files.get(file) ?? "") as unknown);
      expect(read).to.deep.equal(all.map(({ object }) => object));
    });
  }

  it("names files after kinds, and by more than that only where there are several", () => {
    expect([...kustomizeBase("", manifests(fullInstallation)).keys()]).to.include.members([
      "role.yaml",
      "role-shared.yaml",
      "rolebinding-shared.yaml",
      "networkpolicy.yaml",
    ]);
  });
});
