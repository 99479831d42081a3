import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse, parseAllDocuments, stringify } from "yaml";
import { type PatchOptions, type Patched, patchCaBundle } from "./patch-ca-bundle.ts";

const encoded = Buffer.from("CA").toString("base64");
const patch = (text: string, options?: PatchOptions): Extract<Patched, { text: string }> => {
  const patched = patchCaBundle(text, "CA", options);
  if ("problem" in patched) throw new Error(patched.problem);
  return patched;
};

describe("patchCaBundle(text, caBundle, options)", () => {
  it("leaves every other byte as it is", () => {
    const text = `# Ours.
apiVersion: admissionregistration.k8s.io/v1
kind:   ValidatingWebhookConfiguration # kept
metadata: {name: 'a' }
webhooks:
  - name: a.example.com
    clientConfig: # where
      service: {name: hook, namespace: shop}   # no bundle
  - clientConfig:
      caBundle: b2xk # the old one
      url: https://a.example.com
    name: "b.example.com"
  - name: c.example.com
    clientConfig:
      caBundle:
      url: https://c.example.com
---
# Not one of them.
kind: ConfigMap
data: { caBundle: b2xk }
...
`;
    const expected = text
      .replace("      service: {name", `      caBundle: ${encoded}\n      service: {name`)
      .replace("caBundle: b2xk # the", `caBundle: ${encoded} # the`)
      .replace("caBundle:\n", `caBundle: ${encoded}\n`);
    expect(patch(text)).to.deep.equal({ text: expected, count: 3 });
  });

  it("gives it to webhooks of one Service alone, where that is asked for", () => {
    const text = `kind: MutatingWebhookConfiguration
webhooks:
- clientConfig: {service: {name: a, namespace: shop}}
- clientConfig: {service: {name: b, namespace: shop}}
`;
    const { text: patched, count } = patch(text, { service: { name: "b", namespace: "shop" } });
    expect(count).to.equal(1);
    expect(patched).to.contain(`{"caBundle": "${encoded}", service: {name: b`);
    expect(patched).to.contain("- clientConfig: {service: {name: a");
  });

  it("takes Lists and JSON, and conversion webhooks where that is asked for", () => {
    const client = { service: { name: "a", namespace: "b" } };
    const definition = {
      kind: "CustomResourceDefinition",
      spec: { conversion: { webhook: { clientConfig: { ...client } } } },
    };
    const configuration = {
      kind: "MutatingWebhookConfiguration",
      webhooks: [{ clientConfig: { ...client } }, { clientConfig: {} }],
    };
    const list = { kind: "List", items: [configuration, definition] };
    for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)]) {
      expect(patch(text).count).to.equal(2);
      const { text: patched, count } = patch(text, { conversion: true });
      expect(count).to.equal(3);
      const { items } = JSON.parse(patched) as typeof list;
      const expected = { caBundle: encoded, ...client };
      expect(items[1]).to.deep.equal({
        ...definition,
        spec: { conversion: { webhook: { clientConfig: expected } } },
      });
      expect((items[0] as typeof configuration).webhooks).to.deep.equal([
        { clientConfig: expected },
        { clientConfig: { caBundle: encoded } },
      ]);
    }
  });

  it("replaces what is written in any other way, and reads the same otherwise", () => {
    const client = fc.record(
      {
        url: fc.constant("https://a"),
        caBundle: fc.constantFrom("b2xk", "b2xk".repeat(60), "b2xk\nb2xk\n", ""),
        path: fc.constant("/x"),
      },
      { requiredKeys: ["url"] },
    );
    const style = fc.constantFrom(
      {},
      { defaultStringType: "QUOTE_SINGLE" },
      { defaultStringType: "BLOCK_LITERAL" },
      { defaultStringType: "BLOCK_FOLDED", lineWidth: 20 },
      { collectionStyle: "flow" },
      { indent: 4 },
      { indentSeq: false },
    );
    fc.assert(
      fc.property(fc.array(client, { minLength: 1 }), style, (clients, how) => {
        const webhooks = clients.map((clientConfig) => ({ clientConfig, name: "a" }));
        const object = { kind: "ValidatingWebhookConfiguration", webhooks };
        const text = `${stringify(object, { aliasDuplicateObjects: false, ...(how as object) })}# end\n`;
        const { text: patched, count } = patch(text);
        expect(count).to.equal(clients.length);
        expect(parse(patched)).to.deep.equal({
          ...object,
          webhooks: webhooks.map((webhook) => ({
            ...webhook,
            clientConfig: { ...webhook.clientConfig, caBundle: encoded },
          })),
        });
        expect(parseAllDocuments(patched)).to.have.length(1);
      }),
    );
  });

  it("says where standard input is no YAML", () => {
    expect(patchCaBundle("a: [", "CA")).to.have.property("problem").that.contains("line 1");
  });
});
