import { expect } from "chai";
import { describe, it } from "mocha";
import { useChartRenderer } from "../../../test/chart-renderer.ts";
import { bareInstallation, plainInstallation } from "../../../test/installations.ts";

describe("valuesSchema(installation), by helm", () => {
  const { refusal } = useChartRenderer();

  const wrong: [string, object, RegExp][] = [
    ["a value that it has not", { replicaCount: 3 }, /additional properties 'replicaCount'/],
    ["no replica", { replicas: 0 }, /\/replicas/],
    ["replicas as text", { replicas: "2" }, /\/replicas/],
    ["an image with a space", { image: "a b" }, /\/image/],
    ["another pull policy", { imagePullPolicy: "Sometimes" }, /\/imagePullPolicy/],
    ["a number as a label", { nodeSelector: { a: 1 } }, /\/nodeSelector\/a/],
    ["a toleration's typo", { tolerations: [{ efect: "NoSchedule" }] }, /\/tolerations\/0/],
    ["a quantity that is none", { resources: { limits: { memory: "1 GB" } } }, /\/limits\/memory/],
    [
      "a label of its own",
      { podLabels: { "app.kubernetes.io/name": "x" } },
      /app.kubernetes.io\/name/,
    ],
    ["an address for a CIDR", { networkPolicy: { apiServer: ["10.0.0.1"] } }, /\/apiServer\/0/],
    ["text for a condition", { serviceMonitor: { enabled: "yes" } }, /\/serviceMonitor\/enabled/],
    ["the configuration as a map", { config: { port: 1 } }, /\/config/],
    ["an affinity of no kind", { affinity: { nodeAffinty: {} } }, /\/affinity/],
    ["nothing", { image: null }, /missing property 'image'/],
  ];
  it("refuses a ServiceMonitor where there are no metrics", async () => {
    const error = await refusal(bareInstallation, { serviceMonitor: { enabled: true } });
    expect(error).to.match(/\/serviceMonitor\/enabled/);
  });

  for (const [what, values, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const error = await refusal(plainInstallation, values);
      expect(error).to.include("values don't meet the specifications of the schema");
      expect(error).to.match(message);
    });
  }
});
