import { readFile } from "node:fs/promises";
import { createPipeline, loadConfigText } from "@gatewright/core";
import { createFakeCluster } from "@gatewright/testing";
import { expect } from "chai";
import { describe, it } from "mocha";
import plugin from "./index.ts";

describe("README.md", () => {
  it("begins with a configuration that can be used, and lists what it takes of the cluster", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const [, text = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
    const importPlugin = async () => ({ default: plugin });
    const { webhooks } = await loadConfigText(text, "gatewright.yaml", { importPlugin });
    const cluster = createFakeCluster();
    const pipeline = await createPipeline({ webhooks, cluster, reconcile: false });
    const [reviewer] = pipeline.reviewers.values();
    const listed = (words: readonly string[]) => `[${words.join(", ")}]`;
    for (const { resources } of reviewer?.endpoint.rules ?? []) {
      for (const resource of resources) {
        expect(readme).to.match(new RegExp(`resources: \\[(.*, )?${resource}[,\\]]`));
      }
    }
    for (const { resources, verbs } of pipeline.policyRules.slice(0, 3)) {
      expect(readme).to.match(new RegExp(`resources: \\[(.*, )?${resources[0]}[,\\]]`));
      expect(readme).to.include(`verbs: ${listed(verbs)}`);
    }
    await pipeline.close();
    await cluster.close();
  });
});
