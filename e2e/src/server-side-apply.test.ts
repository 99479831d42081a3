import { definePlugin } from "@gatewright/core";
import runAsNonRoot from "@gatewright/plugin-run-as-nonroot";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod } from "./pods.ts";
import { useTestBed } from "./test-bed.ts";

const apply = (manager: string) => [
  "apply",
  "--server-side",
  "--field-manager",
  manager,
  "-f",
  "-",
];

describe("server-side apply", () => {
  const bed = useTestBed();

  it("has no conflict on the second apply of a pod, nor changes it", async () => {
    await bed.serve([runAsNonRoot()]);
    const applied = { stdout: "pod/applied serverside-applied\n", stderr: "", exitCode: 0 };
    expect(await bed.kubectl(apply("ci"), pod("applied"))).to.deep.equal(applied);
    const first = await bed.stored("pod/applied");
    expect(first.spec.securityContext).to.deep.equal({ runAsNonRoot: true, runAsUser: 1234 });
    expect(await bed.kubectl(apply("ci"), pod("applied"))).to.deep.equal(applied);
    expect(await bed.stored("pod/applied")).to.deep.equal(first);
  });

  it("has no conflict where the webhook changes the object on every apply", async () => {
    const counts = definePlugin({
      name: "counts",
      mutate: {
        rules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            resources: ["configmaps"],
            operations: ["CREATE", "UPDATE"],
          },
        ],
        sideEffects: "None",
        handle({ object, oldObject }) {
          object.data = { ...object.data, owner: object.data?.owner ?? "not_available" };
          object.data.seen = String(Number(oldObject?.data?.seen ?? 0) + 1);
        },
      },
    });
    await bed.serve([counts()]);
    const configMap = (data: object) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "counted" },
      data,
    });
    const applied = { stdout: "configmap/counted serverside-applied\n", stderr: "", exitCode: 0 };
    for (const seen of ["1", "2", "3"]) {
      expect(await bed.kubectl(apply("ci"), configMap({ own: seen }))).to.deep.equal(applied);
      const { data } = await bed.stored("configmap/counted");
      expect(data).to.deep.equal({ own: seen, owner: "not_available", seen });
    }
    // What the webhook set is its author's to take over, without --force-conflicts.
    const taken = configMap({ own: "4", owner: "team-a" });
    expect(await bed.kubectl(apply("ci"), taken)).to.deep.equal(applied);
    const { data } = await bed.stored("configmap/counted");
    expect(data).to.deep.equal({ own: "4", owner: "team-a", seen: "4" });
  });
});
