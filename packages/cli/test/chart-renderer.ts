import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { helmAvailable } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { after, before } from "mocha";
import { parseAllDocuments } from "yaml";
import { helmChart } from "../src/manifests/helm/helm-chart.ts";
import type { Installation } from "../src/manifests/installation.ts";
import type { ManifestObject } from "../src/manifests/manifest.ts";

/** Real helm, and charts in a temporary folder. */
export interface ChartRenderer {
  /** Runs helm, and returns what it printed. */
  helm(...args: string[]): Promise<string>;
  /** Writes an installation's chart, and returns its folder. */
  write(installation: Installation): string;
  /** What helm makes of the chart, under values of the test's besides its own. */
  render(
    installation: Installation,
    values?: object,
    namespace?: string,
  ): Promise<ManifestObject[]>;
  /** What helm says instead. */
  refusal(installation: Installation, values: object): Promise<string>;
}

/** Call it in a `describe`: its tests are skipped where there is no helm, and fail in CI. */
export function useChartRenderer(): ChartRenderer {
  let binary: string;
  let folder: string | undefined;
  let charts = 0;
  before(async function () {
    // It may have to be built.
    this.timeout(900_000);
    const found = await helmAvailable();
    if (!found.available) {
      console.log(`skipped the tests with helm: ${found.reason}`);
      this.skip();
    }
    binary = found.binaries.helm;
    folder = mkdtempSync(join(tmpdir(), "gatewright-helm-"));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const inFolder = (name: string) => join(folder ?? "", name);
  const renderer: ChartRenderer = {
    async helm(...args) {
      const env = { HOME: inFolder("home") };
      const { stdout } = await promisify(execFile)(binary, args, { env, maxBuffer: 1 << 24 });
      return stdout;
    },
    write(installation) {
      const chart = inFolder(`chart-${charts++}`);
      for (const [path, text] of helmChart("By a test", installation, "1.2.3")) {
        mkdirSync(dirname(join(chart, path)), { recursive: true });
        writeFileSync(join(chart, path), text);
      }
      return chart;
    },
    async render(installation, values = {}, namespace = installation.namespace) {
      const file = inFolder("values.json");
      writeFileSync(file, JSON.stringify(values));
      const release = ["template", "gatewright", renderer.write(installation)];
      const text = await renderer.helm(...release, "--namespace", namespace, "--values", file);
      return parseAllDocuments(text, { version: "1.1" })
        .map((document) => document.toJS() as ManifestObject | null)
        .filter((object) => object !== null);
    },
    async refusal(installation, values) {
      return renderer.render(installation, values).then(
        () => expect.fail(`${JSON.stringify(values)} is rendered`),
        (error: { stderr: string }) => error.stderr,
      );
    },
  };
  return renderer;
}
