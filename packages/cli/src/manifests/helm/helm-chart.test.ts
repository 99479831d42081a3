import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";
import {
  bareInstallation,
  fullInstallation,
  plainInstallation,
} from "../../../test/installations.ts";
import { expectSnapshot } from "../../../test/snapshot.ts";
import { chartValues } from "./chart-values.ts";
import { helmChart } from "./helm-chart.ts";

const installations = { plain: plainInstallation, full: fullInstallation, bare: bareInstallation };

describe("helmChart(heading, installation, version)", () => {
  for (const [name, installation] of Object.entries(installations)) {
    it(`${name}: writes the chart that it wrote before`, async () => {
      const files = helmChart("Written by a test", installation, "1.2.3");
      const text = [...files].map(([path, content]) => `==> ${path}\n${content}`).join("");
      await expectSnapshot(new URL(`./snapshots/${name}.txt`, import.meta.url), text);
      expect([...helmChart("Written by a test", installation, "1.2.3")]).to.deep.equal([...files]);
    });
  }

  it("has a file for each object, also where there are two of a kind", () => {
    const paths = [...helmChart("", fullInstallation, "1.2.3").keys()];
    expect(paths.filter((path) => /role\b/.test(path))).to.deep.equal([
      "templates/clusterrole.yaml",
      "templates/role.yaml",
      "templates/role-shared.yaml",
    ]);
  });

  it("has a value for each key of the configuration's deployment, by the same name", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../../../core/gatewright.schema.json", import.meta.url), "utf8"),
    ) as { properties: { deployment: { properties: object } } };
    const values = Object.keys(chartValues(plainInstallation));
    const { deployment } = schema.properties;
    // Helm's own, and what the templates are written for.
    const others = ["name", "namespace", "volumes"];
    expect(values).to.include.members(
      Object.keys(deployment.properties).filter((key) => !others.includes(key)),
    );
  });

  it("leaves no mark of its own in any file", () => {
    for (const installation of Object.values(installations)) {
      for (const [path, text] of helmChart("", installation, "1.2.3")) {
        expect(text, path).not.to.include("gwmark");
        expect(text, path).not.to.match(/[^\n]$/);
      }
    }
  });

  it("leaves out of the values the labels that the templates have", () => {
    const podLabels = { "app.kubernetes.io/managed-by": "x", team: "a" };
    const text = helmChart("", { ...plainInstallation, podLabels }, "1.2.3").get("values.yaml");
    expect(text).to.match(/^podLabels:\n {2}team: a\n$/m);
  });
});
