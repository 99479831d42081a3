import type { Outcome, Reviewer } from "@gatewright/core";
import { expect } from "chai";
import { describe, it } from "mocha";
import { pod } from "../test/pods.ts";
import { callWebhook } from "./call-webhook.ts";
import { mutatingPhase } from "./mutating-phase.ts";
import { creates, deletes } from "./reviews.ts";
import { writeTranscript } from "./transcript.ts";

const allowed: Outcome = {
  kind: "allow",
  denials: [],
  faults: [],
  patch: [],
  warnings: [],
  auditAnnotations: new Map(),
  unenforced: [],
};

/** A webhook that does what none of core's can. */
const reviewer = (review: Reviewer["review"]): Reviewer => ({
  endpoint: {
    name: "a.example.com",
    phase: "mutate",
    path: "/mutate/a.example.com",
    rules: [],
    sideEffects: "None",
    failurePolicy: "Ignore",
    timeoutSeconds: 10,
    plugins: ["a"],
  },
  review,
});

describe("callWebhook(reviewer, request, apiVersion)", () => {
  it("sends each call under a uid of its own, through JSON", async () => {
    const seen: unknown[] = [];
    const seeing = reviewer(async (request, options) => {
      seen.push(request.uid, options?.timeoutMs, options?.source?.().includes(request.uid));
      return allowed;
    });
    const request = creates(pod("a"), { uid: "1" });
    const { response } = await callWebhook(seeing, request, "admission.k8s.io/v1");
    expect(seen[0]).to.not.equal("1");
    expect(seen.slice(1)).to.deep.equal([10_000, true]);
    expect(response).to.deep.equal({ uid: seen[0], allowed: true });
  });

  it("throws where a plugin wrote to what it was given", async () => {
    const writing = reviewer(async (request) => {
      delete request.object?.metadata?.name;
      return allowed;
    });
    const call = callWebhook(writing, creates(pod("a")), "admission.k8s.io/v1");
    const message = await call.then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).to.equal(
      'webhook "a.example.com": a plugin wrote to the request it was given to mutate',
    );
  });
});

describe("mutatingPhase(mutators, request, options, writer)", () => {
  const options = { apiVersion: "admission.k8s.io/v1", reinvoke: true } as const;
  const patching = reviewer(async () => ({
    ...allowed,
    patch: [{ op: "add", path: "/spec/securityContext/runAsUser", value: 1 }],
  }));

  it("refuses with 500 what cannot be applied, whatever failurePolicy says", async () => {
    const writer = writeTranscript();
    const { rejection, object } = await mutatingPhase(
      [patching],
      creates(pod("a")),
      options,
      writer,
    );
    expect(rejection).to.include({ code: 500, reason: "InternalError" });
    expect(rejection?.message).to.equal(
      'Internal error occurred: add operation does not apply: doc is missing path: "/spec/securityContext/runAsUser"',
    );
    expect(object).to.deep.equal(pod("a"));
    expect(writer.transcript().patches).to.deep.equal([]);
  });

  it("refuses a patch on a DELETE", async () => {
    const { rejection } = await mutatingPhase(
      [patching],
      deletes(pod("a")),
      options,
      writeTranscript(),
    );
    expect(rejection?.message).to.include("attempted to modify the object, which is not supported");
  });
});
