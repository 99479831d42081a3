import { definePlugin } from "@gatewright/core";
import { waitUntil } from "@gatewright/testing/control-plane";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createdPods, pod } from "./pods.ts";
import { useTestBed, webhookName } from "./test-bed.ts";

/** A validator that warns of all it is given, and then denies where it is told to. */
function warns(warnings: readonly string[], denial?: string) {
  return definePlugin({
    name: "warns",
    validate: {
      rules: createdPods,
      sideEffects: "None",
      handle(_request, { warn, deny }) {
        for (const warning of warnings) warn(warning);
        if (denial !== undefined) deny(denial);
      },
    },
  })();
}

describe("warnings, as kubectl prints them", () => {
  const bed = useTestBed();
  const strange = ["plain", "two\nlines", "bell \u0007, tab\tand nul \u0000", 'quotes " \\ é ✓ 🙂'];
  const printed = [
    "Warning: plain",
    "Warning: two",
    "Warning: lines",
    "Warning: bell \\u0007, tab and nul \\u0000",
    'Warning: quotes " \\ é ✓ 🙂',
    "",
  ].join("\n");

  it("loses none to newlines and control characters", async () => {
    await bed.serve([warns(strange)]);
    expect(await bed.kubectl(["create", "-f", "-"], pod("warned"))).to.deep.equal({
      stdout: "pod/warned created\n",
      stderr: printed,
      exitCode: 0,
    });
  });

  it("shows them with a denial, too", async () => {
    await bed.serve([warns(strange, "no")]);
    expect(await bed.kubectl(["create", "-f", "-"], pod("denied"))).to.deep.equal({
      stdout: "",
      stderr: `${printed}${denial("no")}`,
      exitCode: 1,
    });
  });

  it("loses none to the limit of 4,096 characters: each is cut to 256", async () => {
    const long = Array.from({ length: 16 }, (_, n) => `${n} `.padEnd(400, "é"));
    await bed.serve([warns(long)]);
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("long"));
    const expected = long.map((warning) => `Warning: ${warning.slice(0, 255)}…`);
    expect(stderr.split("\n")).to.deep.equal([...expected, ""]);
  });

  it("says how many more there were, where not even that is enough", async () => {
    const many = Array.from({ length: 40 }, (_, n) => `${n} `.padEnd(300, "x"));
    await bed.serve([warns(many)]);
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("many"));
    const lines = stderr.split("\n").slice(0, -1);
    expect(lines).to.have.length(16);
    expect(lines[14]).to.match(/^Warning: 14 x+…$/);
    expect(lines[15]).to.equal("Warning: and 25 more warnings");
  });
});

describe("denials, as kubectl prints them", () => {
  const bed = useTestBed();

  it("lists every denial of every validator, in order, before a fault", async () => {
    const denies = (name: string, messages: string[]) =>
      definePlugin({
        name,
        validate: {
          rules: createdPods,
          sideEffects: "None",
          handle(_request, { deny }) {
            for (const message of messages) deny(message);
            if (messages.length === 0) throw new Error("cause");
          },
        },
      })();
    await bed.serve([denies("a", ["one", "two"]), denies("broken", []), denies("b", ["three"])]);
    const { stderr } = await bed.kubectl(["create", "-f", "-"], pod("denied"));
    expect(stderr).to.equal(denial("one; two; three"));
  });

  it("429 with retryAfterSeconds: kubectl tries again by itself", async () => {
    let busy = true;
    const calls: boolean[] = [];
    const limits = definePlugin({
      name: "limits",
      validate: {
        rules: createdPods,
        sideEffects: "None",
        handle(_request, { deny }) {
          calls.push(busy);
          if (busy) deny("busy", { code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 });
        },
      },
    });
    await bed.serve([limits()]);
    const { status, headers, body } = await bed.plane.request(
      `/api/v1/namespaces/${bed.namespace}/pods`,
      { body: pod("limited") },
    );
    expect(status).to.equal(429);
    expect(headers["retry-after"]).to.equal("1");
    expect(body).to.deep.include({ reason: "TooManyRequests", code: 429 });
    expect(body.details.retryAfterSeconds).to.equal(1);
    expect(calls.splice(0)).to.deep.equal([true]);

    const created = bed.kubectl(["create", "-f", "-"], pod("limited"));
    await waitUntil(() => calls.length > 0, { what: "kubectl's first try" });
    busy = false;
    expect(await created).to.deep.equal({
      stdout: "pod/limited created\n",
      stderr: "",
      exitCode: 0,
    });
    expect(calls).to.deep.equal([true, false]);
  });
});

describe("audit annotations", () => {
  const bed = useTestBed();

  it("stand in the API server's audit log, under the webhook's name", async () => {
    const annotates = definePlugin({
      name: "annotates",
      mutate: {
        rules: createdPods,
        sideEffects: "None",
        handle(_request, { audit }) {
          audit("team.of_pod-1", "é\n1");
        },
      },
      validate: {
        rules: createdPods,
        sideEffects: "None",
        handle(_request, { audit, deny }) {
          audit("verdict", "denied");
          deny("no");
        },
      },
    });
    await bed.serve([annotates()]);
    await bed.kubectl(["create", "-f", "-"], pod("annotated"));
    const event = await waitUntil(
      async () =>
        (await bed.cluster.auditEvents()).find(
          ({ objectRef }) =>
            objectRef?.namespace === bed.namespace && objectRef.name === "annotated",
        ),
      { what: "the audit event of the pod" },
    );
    expect(event?.annotations).to.deep.include({
      [`${webhookName}/team.of_pod-1`]: "é\n1",
      [`${webhookName}/verdict`]: "denied",
    });
  });
});

function denial(message: string): string {
  return `Error from server (Forbidden): error when creating "STDIN": admission webhook "${webhookName}" denied the request: ${message}\n`;
}
