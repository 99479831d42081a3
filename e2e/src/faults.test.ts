import { definePlugin } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createdPods, pod } from "./pods.ts";
import { useTestBed, webhookName } from "./test-bed.ts";

const labels = definePlugin({
  name: "labels",
  mutate: {
    rules: createdPods,
    sideEffects: "None",
    handle({ object }) {
      object.metadata.labels = { seen: "yes" };
    },
  },
});

const broken = definePlugin({
  name: "broken",
  mutate: {
    rules: createdPods,
    sideEffects: "None",
    handle({ object }) {
      object.metadata.labels = { half: "done" };
      throw new Error("the password is hunter2");
    },
  },
});

const denies = definePlugin({
  name: "denies",
  mutate: {
    rules: createdPods,
    sideEffects: "None",
    handle(_request, { deny }) {
      deny("not this one");
    },
  },
});

describe("a plugin that throws", () => {
  const bed = useTestBed();

  it("Fail: kubectl names the plugin, and not the cause", async () => {
    await bed.serve([labels(), broken()], { failurePolicy: "Fail" });
    const { stderr, exitCode } = await bed.kubectl(["create", "-f", "-"], pod("failed"));
    expect(exitCode).to.equal(1);
    const uid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    expect(stderr.replace(new RegExp(uid), "UID")).to.equal(
      'Error from server (InternalError): error when creating "STDIN": Internal error occurred: ' +
        `failed calling webhook "${webhookName}": failed to call webhook: an error on the server ` +
        '("plugin \\"broken\\" could not judge (GW_PLUGIN_FAULT): CREATE pods, review UID") ' +
        "has prevented the request from succeeding\n",
    );
    expect((await bed.kubectl(["get", "pod", "failed"])).stderr).to.include("NotFound");
  });

  it("Ignore: the pod is admitted, without half a change", async () => {
    await bed.serve([labels(), broken()], { failurePolicy: "Ignore" });
    expect(await bed.kubectl(["create", "-f", "-"], pod("ignored"))).to.deep.equal({
      stdout: "pod/ignored created\n",
      stderr: "",
      exitCode: 0,
    });
    expect((await bed.stored("pod/ignored")).metadata.labels).to.equal(undefined);
  });

  it("Ignore: what a healthy neighbour denies stays denied", async () => {
    await bed.serve([broken(), denies()], { failurePolicy: "Ignore" });
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("refused"));
    expect(stderr).to.include(
      `admission webhook "${webhookName}" denied the request: not this one`,
    );
  });
});
