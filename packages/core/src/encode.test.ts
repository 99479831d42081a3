import { expect } from "chai";
import { describe, it } from "mocha";
import { podRequest } from "../test/reviews.ts";
import { encodeReview, faultText, responseOf } from "./encode.ts";
import { ALLOWED, type Outcome, type PluginDenial } from "./outcome.ts";

function denied(...denials: PluginDenial[]): Outcome {
  return { ...ALLOWED, kind: "deny", denials };
}

describe("encodeReview(apiVersion, response): string", () => {
  it("is a review of the version asked for", () => {
    const response = { uid: 'a"b\u2028', allowed: true };
    for (const apiVersion of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] as const) {
      expect(JSON.parse(encodeReview(apiVersion, response))).to.deep.equal({
        apiVersion,
        kind: "AdmissionReview",
        response,
      });
    }
  });
});

describe("responseOf(uid, outcome): AdmissionResponse", () => {
  it("says nothing but that it is allowed", () => {
    expect(responseOf("u", ALLOWED)).to.deep.equal({ uid: "u", allowed: true });
  });

  it("has a patch and its type, or neither", () => {
    const patch = [{ op: "add" as const, path: "/metadata/labels/é", value: "😀" }];
    const response = responseOf("u", { ...ALLOWED, patch });
    expect(response.patchType).to.equal("JSONPatch");
    const text = Buffer.from(response.patch as string, "base64").toString();
    expect(JSON.parse(text)).to.deep.equal(patch);
  });

  it("denies with 403 unless the plugin says otherwise", () => {
    expect(responseOf("u", denied({ plugin: "a", message: "no" }))).to.deep.equal({
      uid: "u",
      allowed: false,
      status: {
        status: "Failure",
        message: "no",
        reason: "Forbidden",
        code: 403,
        details: { causes: [{ reason: "Forbidden", message: "no" }] },
      },
    });
  });

  it("has every denial, in order; code and reason are the first one's, the longest wait holds", () => {
    const { status } = responseOf(
      "u",
      denied(
        {
          plugin: "a",
          message: "first",
          code: 429,
          reason: "TooManyRequests",
          retryAfterSeconds: 5,
        },
        { plugin: "b", message: "second", field: "spec.x", code: 400, retryAfterSeconds: 7 },
        { plugin: "b", message: "third", reason: "Invalid" },
      ),
    );
    expect(status).to.deep.include({
      message: "first; second; third",
      code: 429,
      reason: "TooManyRequests",
      details: {
        causes: [
          { reason: "TooManyRequests", message: "first" },
          { reason: "Forbidden", message: "second", field: "spec.x" },
          { reason: "Invalid", message: "third" },
        ],
        retryAfterSeconds: 7,
      },
    });
  });

  it("has warnings and annotations with a verdict of either kind", () => {
    const auditAnnotations = new Map([
      ["constructor", "a"],
      ["team", "b"],
    ]);
    const said = { warnings: ["one\ntwo"], auditAnnotations };
    for (const outcome of [ALLOWED, denied({ plugin: "a", message: "no" })]) {
      expect(responseOf("u", { ...outcome, ...said })).to.deep.include({
        warnings: ["one", "two"],
        auditAnnotations: { constructor: "a", team: "b" },
      });
    }
  });
});

describe("faultText(request, outcome): string", () => {
  it("names the plugins, what they broke on and the review, and no cause", () => {
    const cause = new Error("password=hunter2");
    const outcome: Outcome = {
      ...ALLOWED,
      kind: "fault",
      faults: [
        { plugin: "a", code: "GW_PLUGIN_FAULT", cause },
        { plugin: "b", code: "GW_PLUGIN_TIMEOUT", cause },
      ],
    };
    expect(faultText(podRequest({ uid: "u1" }), outcome)).to.equal(
      'plugin "a" could not judge (GW_PLUGIN_FAULT); plugin "b" could not judge (GW_PLUGIN_TIMEOUT): ' +
        "CREATE pods, review u1",
    );
    expect(faultText(podRequest({ subResource: "eviction" }), outcome)).to.include(
      "CREATE pods/eviction",
    );
  });
});
