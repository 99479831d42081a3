import { definePlugin, type PatchOperation, type WebhookOptions } from "@gatewright/core";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { patchTable } from "../test/json-patch-table.ts";
import { type ServedPlane, startServedPlane } from "../test/served-plane.ts";
import { admit } from "./admit.ts";
import type { ControlPlane } from "./control-plane/index.ts";
import { waitUntil } from "./control-plane/index.ts";
import { creates } from "./reviews.ts";

const rule = (apiGroups: string[], resources: string[]) => [
  { apiGroups, apiVersions: ["v1"], resources, operations: ["CREATE"] } as const,
];
const sideEffects = "None" as const;

/** Writes the label `key` with what another label has, so that it shows when it was called. */
const copying = (key: string, from: string) =>
  definePlugin({
    name: `copying-${key}`,
    mutate: {
      rules: rule([""], ["configmaps"]),
      sideEffects,
      handle({ object }, { warn, audit }) {
        const { labels } = object.metadata ?? {};
        if (labels === undefined) return;
        const value = labels[from] ?? "unset";
        if (labels[key] !== value) labels[key] = value;
        warn(`${key} was here`);
        audit("copied", value);
      },
    },
  })();

const judging = definePlugin({
  name: "judging",
  validate: {
    rules: rule([""], ["configmaps"]),
    sideEffects,
    handle({ object }, { deny, warn }) {
      const { deny: reason, fault } = object.metadata?.annotations ?? {};
      warn("a was here");
      if (reason) deny(reason, { code: 422, reason: "Invalid", field: "metadata" });
      if (fault) throw new Error("boom");
    },
  },
})();

const idle = definePlugin({
  name: "idle",
  mutate: { rules: rule(["example.com"], ["things"]), sideEffects, handle() {} },
})();

const webhooks: Record<string, WebhookOptions> = {
  "c.gatewright.dev": { plugins: [copying("a", "b")] },
  "b.gatewright.dev": { plugins: [copying("b", "c")] },
  "a.gatewright.dev": { plugins: [copying("c", "d"), judging] },
  "things.gatewright.dev": { plugins: [idle] },
};

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "things", singular: "thing", kind: "Thing" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              doc: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};
const things = "/apis/example.com/v1/namespaces/default/things?dryRun=All";

async function defineThings(plane: ControlPlane): Promise<void> {
  await plane.request("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    body: definition,
  });
  const served = async () => (await plane.request(things)).status === 200;
  await waitUntil(served, { what: "things", timeoutMs: 30_000 });
}

describe("admit beside a real kube-apiserver", () => {
  let served: ServedPlane;
  let patch: readonly PatchOperation[] = [];
  before(async () => {
    served = await startServedPlane({
      webhooks,
      prepare: defineThings,
      policy: { reinvocationPolicy: "IfNeeded" },
      // What no plugin can send: any patch at all.
      aroundReview: async ({ request }, next) => {
        const outcome = await next();
        return request.kind.kind === "Thing" ? { ...outcome, patch } : outcome;
      },
    });
  });
  after(() => served.close());

  describe("JSON Patch, as in test/json-patch-table.ts", () => {
    for (const { name, document, patch: operations, result } of patchTable) {
      it(name, async () => {
        const under = (path: string) => `/doc${path}`;
        patch = operations.map((operation) => ({
          ...operation,
          path: under(operation.path),
          ...(operation.from === undefined ? {} : { from: under(operation.from) }),
        })) as unknown as PatchOperation[];
        const body = {
          apiVersion: "example.com/v1",
          kind: "Thing",
          metadata: { name: "a" },
          doc: document,
        };
        const answer = await served.plane.request(things, { body });
        if (result === "error") expect(answer.status, answer.text).to.equal(500);
        else {
          expect(answer.status, answer.text).to.equal(201);
          expect(answer.body.doc).to.deep.equal(result);
        }
      });
    }
  });

  /** Sends a ConfigMap both ways, and gives both results in the same shape. */
  async function bothWays(metadata: object) {
    const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata };
    const path = "/api/v1/namespaces/default/configmaps?dryRun=All";
    const { status, body, headers } = await served.plane.request(path, { body: configMap });
    const real = {
      allowed: status === 201,
      labels: status === 201 ? body.metadata.labels : undefined,
      refusal: status === 201 ? undefined : withoutUid(body),
      warnings: [headers["warning"] ?? []].flat().join(", "),
    };
    const admission = await admit(webhooks, creates(configMap, { dryRun: true }));
    const offline = {
      allowed: admission.allowed,
      labels: admission.allowed ? admission.object?.metadata?.labels : undefined,
      refusal: withoutUid(admission.status),
      warnings: admission.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(", "),
    };
    return { real, offline };
  }

  function withoutUid(status: object | undefined): unknown {
    if (status === undefined) return undefined;
    const rest = { ...status, kind: "", apiVersion: "", metadata: "" };
    return JSON.parse(JSON.stringify(rest).replace(/review [0-9a-f-]+/g, "review UID"));
  }

  it("calls mutators in order, and some again", async () => {
    for (const labels of [{ d: "1" }, { b: "1" }, { c: "1", d: "1" }, { x: "" }]) {
      const { real, offline } = await bothWays({ name: "a", labels });
      expect(offline).to.deep.equal(real);
      expect(real.allowed).to.equal(true);
    }
  });

  it("refuses in the same words", async () => {
    const { real, offline } = await bothWays({ name: "a", annotations: { deny: "not here" } });
    expect(offline).to.deep.equal(real);
    expect(real.refusal).to.include({ code: 422 });
  });

  it("reports a fault in the same words", async () => {
    const { real, offline } = await bothWays({ name: "a", annotations: { fault: "yes" } });
    expect(offline).to.deep.equal(real);
    expect(real.refusal).to.include({ code: 500 });
  });
});
