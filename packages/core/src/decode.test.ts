import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parsings } from "../test/parsings.ts";
import { podRequest, reviewOf } from "../test/reviews.ts";
import { createDecoder, decodeReview, MAX_DEPTH } from "./decode.ts";
import { BadReview } from "./errors.ts";

const decode = (text: string) => decodeReview(Buffer.from(text));

/** A review with its request's fields replaced, or taken out where undefined. */
function reviewWith(fields: object, envelope: object = {}): string {
  const kind = "AdmissionReview";
  const request = { ...podRequest(), ...fields };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind, request, ...envelope });
}

describe("decodeReview(body): DecodedReview", () => {
  for (const apiVersion of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] as const) {
    it(`reads ${apiVersion}`, () => {
      const text = reviewOf({}, apiVersion);
      const decoded = decode(text);
      expect(decoded.apiVersion).to.equal(apiVersion);
      expect(decoded.request).to.deep.equal(podRequest());
      expect(decoded.source()).to.equal(text);
    });
  }

  const bodies: Record<string, [body: Buffer | string, message: RegExp]> = {
    nothing: ["", /^the body is empty$/],
    "bytes that are not UTF-8": [Buffer.from([0x7b, 0xff, 0x7d]), /^the body is not UTF-8$/],
    "UTF-8 cut short": [Buffer.from('{"a":"é"}').subarray(0, 7), /not UTF-8/],
    "an overlong encoding": [Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /not UTF-8/],
    "surrogates in UTF-8": [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not UTF-8/],
    "a byte order mark": [`\ufeff${reviewOf()}`, /^the body begins with a byte order mark$/],
    "UTF-16": [Buffer.from(`\ufeff${reviewOf()}`, "utf16le"), /not UTF-8/],
    "no JSON": ["{a:1}", /^the body is not JSON$/],
    "JSON with more behind it": [`${reviewOf()}{}`, /^the body is not JSON$/],
    "JSON cut short": [reviewOf().slice(0, -1), /^the body is not JSON$/],
    null: ["null", /not an AdmissionReview/],
    "a number": ["1", /not an AdmissionReview/],
    "a list": [`[${reviewOf()}]`, /not an AdmissionReview/],
    "another kind": [reviewWith({}, { kind: "ConversionReview" }), /not an AdmissionReview/],
    "no kind": [reviewWith({}, { kind: undefined }), /not an AdmissionReview/],
    "another version": [reviewWith({}, { apiVersion: "admission.k8s.io/v2" }), /neither .*v1 nor/],
    "no version": [reviewWith({}, { apiVersion: undefined }), /neither/],
    "no request": [reviewWith({}, { request: undefined }), /has no request/],
    "a null request": [reviewWith({}, { request: null }), /has no request/],
    "a list as request": [reviewWith({}, { request: [] }), /has no request/],
    "no uid": [reviewWith({ uid: undefined }), /^request\.uid is missing$/],
    "an empty uid": [reviewWith({ uid: "" }), /uid is missing/],
    "a number as uid": [reviewWith({ uid: 1 }), /uid is missing/],
    "no operation": [reviewWith({ operation: undefined }), /operation is none of/],
    "another operation": [reviewWith({ operation: "create" }), /operation is none of/],
    "no resource": [reviewWith({ resource: undefined }), /request\.resource is not \{ group/],
    "a resource without a group": [
      reviewWith({ resource: { version: "v1" } }),
      /request\.resource/,
    ],
    "a number as version": [
      reviewWith({ kind: { group: "", version: 1, kind: "" } }),
      /\.kind is not/,
    ],
    "no kind of the object": [reviewWith({ kind: undefined }), /request\.kind is not/],
    "a number as subresource": [reviewWith({ subResource: 1 }), /subResource is not a string/],
    "a list as name": [reviewWith({ name: [] }), /name is not a string/],
    "a number as namespace": [reviewWith({ namespace: 1 }), /namespace is not a string/],
    "no userInfo": [reviewWith({ userInfo: undefined }), /userInfo is not an object/],
    "a list as userInfo": [reviewWith({ userInfo: [] }), /userInfo is not an object/],
    "a number as user": [reviewWith({ userInfo: { username: 1 } }), /username is not a string/],
    "a text as groups": [reviewWith({ userInfo: { groups: "a" } }), /groups is not a list/],
    "numbers as groups": [reviewWith({ userInfo: { groups: [1] } }), /groups is not a list/],
    "a text as dryRun": [reviewWith({ dryRun: "true" }), /dryRun is not a boolean/],
    "a list as object": [reviewWith({ object: [] }), /request\.object is not an object/],
    "a text as oldObject": [reviewWith({ oldObject: "x" }), /request\.oldObject is not an object/],
    "a text as options": [reviewWith({ options: "x" }), /request\.options is not an object/],
  };
  for (const [what, [body, message]] of Object.entries(bodies)) {
    it(`refuses ${what}`, () => {
      expect(() => decodeReview(Buffer.from(body as string)))
        .to.throw(BadReview, message)
        .with.property("status", 400);
    });
  }

  it("says in one line what is wrong, and quotes nothing of the body", () => {
    const secret = "c2VjcmV0";
    for (const body of [`{"${secret}`, `{"data":"${secret}"}`, `[1,]${secret}`, `\n${secret}`]) {
      try {
        decode(body);
        expect.fail("not refused");
      } catch (error) {
        const { message } = error as Error;
        expect(message)
          .to.be.a("string")
          .and.not.match(/[\n\r]/);
        expect(message).not.to.include(secret);
      }
    }
  });

  it("takes what Go leaves out for null", () => {
    const { request } = decode(reviewWith({ object: undefined, oldObject: undefined }));
    expect(request.object).to.equal(null);
    expect(request.oldObject).to.equal(null);
    expect(decode(reviewWith({ options: null })).request.options).to.equal(null);
    expect(decode(reviewWith({ dryRun: undefined, name: undefined })).request.uid).to.be.a(
      "string",
    );
  });

  const deep = (levels: number, open: string, close: string): string => {
    // The review is the first level, its request the second, the object the third.
    const inner = `${open.repeat(levels - 3)}1${close.repeat(levels - 3)}`;
    return reviewWith({ object: { a: "HERE" } }).replace('"HERE"', inner);
  };
  for (const [what, open, close] of [
    ["objects", '{"a":', "}"],
    ["lists", "[", "]"],
  ] as const) {
    it(`takes ${MAX_DEPTH} levels of ${what}, and not one more`, () => {
      expect(decode(deep(MAX_DEPTH, open, close)).request.uid).to.be.a("string");
      const deeper = deep(MAX_DEPTH + 1, open, close);
      expect(() => decode(deeper)).to.throw(BadReview, "the body is deeper than 1000 levels");
    });

    it(`refuses a hundred thousand levels of ${what}, and lives`, () => {
      expect(() => decode(deep(100_000, open, close))).to.throw(BadReview);
    });
  }

  it("looks for depth everywhere, the envelope as well", () => {
    const nested = JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`) as object;
    for (const text of [
      reviewWith({}, { extra: nested }),
      reviewWith({ options: { nested } }),
      reviewWith({ object: { a: [1, { b: nested }] } }),
    ]) {
      expect(() => decode(text)).to.throw(BadReview, /deeper/);
    }
  });

  it("takes keys that trip others up for data", () => {
    const object = '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"":{"/":{"~":1}}}';
    const text = reviewWith({ object: "HERE" }).replace('"HERE"', object);
    const { request } = decode(text);
    expect(JSON.stringify(request.object)).to.equal(object);
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    expect(() => decode('{"__proto__":{"kind":"AdmissionReview"}}')).to.throw(BadReview);
    const inherited = reviewWith({ uid: undefined }).replace(
      '"request":{',
      '$&"__proto__":{"uid":"x"},',
    );
    expect(() => decode(inherited)).to.throw(BadReview, /uid is missing/);
  });

  it("throws nothing but BadReview, whatever it is given", () => {
    const pieces = ["{", "}", "[", "]", '"', ":", ",", "1e999", "-", "\\u0000", "null", "request"];
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(...pieces)).map((parts) => Buffer.from(parts.join(""))),
      fc.json().map((text) => Buffer.from(text)),
      fc.jsonValue().map((value) => Buffer.from(reviewWith({ object: value, resource: value }))),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          decodeReview(Buffer.from(body));
        } catch (error) {
          expect(error).to.be.instanceOf(BadReview);
        }
      }),
    );
  });

  it("gives plain objects", () => {
    const env = Array.from({ length: 99 }, (_, index) => ({ name: `N${index}` }));
    const object = { metadata: {}, spec: { containers: [{ env }] } };
    const { request } = decode(reviewWith({ object }));
    expect(structuredClone(request.object)).to.deep.equal(object);
  });
});

describe("createDecoder(): (body) => DecodedReview", () => {
  const long = `["${"x".repeat(300)}"]`;
  const objects: Record<string, string> = {
    "a way that is there no more": `{"a":{"constructor":{"caller":{"x":${long}}}},"a":{}}`,
    "a way through a text": `{"a":{"constructor":{"caller":{"x":${long}}}},"a":"text"}`,
    "a way that ends there": `{"m":{"toString":{"call":{"caller":${long}}}},"m":{}}`,
    "a way through null": `{"a":{"b":{"c":{"x":${long}}}},"a":null}`,
    "a way through __proto__": `{"__proto__":{"__proto__":{"c":{"x":${long}}}},"__proto__":{}}`,
    "an environment": `{"spec":{"containers":[{"env":${long}}]}}`,
  };
  for (const [what, object] of Object.entries(objects)) {
    it(`decodes as decodeReview does: ${what}`, () => {
      const text = reviewWith({ object: "HERE" }).replace('"HERE"', object);
      const decoded = createDecoder()(Buffer.from(text));
      expect(JSON.stringify(decoded.request)).to.equal(JSON.stringify(decode(text).request));
      expect(decoded.source()).to.equal(text);
    });
  }

  it("refuses as decodeReview does", () => {
    for (const text of ["{", "1", `[${long}`, reviewWith({ uid: "" })]) {
      expect(() => createDecoder()(Buffer.from(text))).to.throw(BadReview);
    }
  });

  it("leaves what is long and deep, and learns where that is read", () => {
    const text = reviewWith({ object: "HERE" }).replace('"HERE"', objects["an environment"] ?? "");
    const decodeNext = createDecoder();
    const review = (): number =>
      parsings(() => JSON.stringify(decodeNext(Buffer.from(text)).request));
    expect(review()).to.equal(2);
    for (let count = 0; count < 63; count += 1) review();
    expect(review()).to.equal(1);
  });
});
