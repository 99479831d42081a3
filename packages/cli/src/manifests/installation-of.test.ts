import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describeServer, inspectConfigFile } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { installationOf } from "./installation-of.ts";

const LEAST = fileURLToPath(new URL("../../test/configurations/least.yaml", import.meta.url));
const SCHEMA = new URL(
  "../gatewright.schema.json",
  import.meta.resolve("@gatewright/core").replace("/bundle/", "/"),
);

describe("installationOf(inspected, description, image)", () => {
  it("fills in what core's schema says holds where a key is left out", async () => {
    const { properties } = JSON.parse(await readFile(SCHEMA, "utf8")) as {
      properties: Record<string, { default?: unknown; properties: Record<string, Property> }>;
    };
    type Property = { default?: unknown };
    const inspected = await inspectConfigFile(LEAST);
    const description = await describeServer(inspected.options);
    const installation = await installationOf(inspected, description, "a/b:1");
    const deployment = properties["deployment"]?.properties;
    const shutdown = properties["shutdown"]?.properties;
    const seconds = ["gracePeriodSeconds", "drainSeconds"].map((key) => shutdown?.[key]?.default);
    expect(installation).to.deep.include({
      name: deployment?.["name"]?.default,
      imagePullPolicy: deployment?.["imagePullPolicy"]?.default,
      replicas: deployment?.["replicas"]?.default,
      port: properties["port"]?.default,
      shutdownSeconds: Number(seconds[0]) + Number(seconds[1]),
    });
    // Six bytes of memory for each that may be under way, beside 256 MiB.
    const inFlight = Number(properties["maxBytesInFlight"]?.default) / 2 ** 20;
    expect(installation.resources.limits).to.deep.equal({ memory: `${256 + 6 * inFlight}Mi` });
  });
});
