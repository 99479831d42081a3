import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from "yaml";

/** Which webhooks are given the bundle. */
export interface PatchOptions {
  /** Only those of this Service. @default all, those with a URL too */
  readonly service?: { readonly namespace: string; readonly name: string } | undefined;
  /** Those of CustomResourceDefinitions, too. @default false */
  readonly conversion?: boolean;
}

/** What comes of it: the text and how many webhooks were given it; or why it is no YAML. */
export type Patched =
  | { readonly text: string; readonly count: number }
  | { readonly problem: string };

/** A piece of text in the place of another. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const KINDS = new Set(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);

/** Sets `caBundle` in manifests, YAML or JSON, and leaves every other byte as it is: comments, quotes, order. */
export function patchCaBundle(
  text: string,
  caBundle: string,
  { service, conversion = false }: PatchOptions = {},
): Patched {
  // As kubectl reads it.
  const documents = parseAllDocuments(text, { version: "1.1", prettyErrors: true });
  const value = Buffer.from(caBundle).toString("base64");
  const edits: Edit[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined)
      return {
        problem: `standard input is no YAML: ${error.message.split("\n")[0]?.replace(/:$/, "")}`,
      };
    for (const client of clientsIn(document.contents, document, conversion)) {
      if (service !== undefined && !isOf(client, service)) continue;
      edits.push(editOf(client, value, text));
    }
  }
  // From the end, so that what was found further up stays where it is.
  const patched = edits
    .sort((a, b) => b.from - a.from)
    .reduce((rest, edit) => rest.slice(0, edit.from) + edit.text + rest.slice(edit.to), text);
  return { text: patched, count: edits.length };
}

/** Every `clientConfig` of an object, or of those in a List. */
function clientsIn(node: unknown, document: Document, conversion: boolean): YAMLMap[] {
  if (!isMap(node)) return [];
  const kind = node.get("kind");
  if (typeof kind === "string" && kind.endsWith("List")) {
    return itemsOf(node.get("items")).flatMap((item) => clientsIn(item, document, conversion));
  }
  if (kind === "CustomResourceDefinition" && conversion) {
    const client = node.getIn(["spec", "conversion", "webhook", "clientConfig"]);
    return isMap(client) ? [client] : [];
  }
  if (typeof kind !== "string" || !KINDS.has(kind)) return [];
  const webhooks = new Set(
    itemsOf(node.get("webhooks")).flatMap((webhook) => {
      const client = isMap(webhook) ? webhook.get("clientConfig", true) : undefined;
      // One that several webhooks share is written once.
      const shared = isAlias(client) ? client.resolve(document) : client;
      return isMap(shared) ? [shared] : [];
    }),
  );
  return [...webhooks];
}

function itemsOf(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : [];
}

function isOf(client: YAMLMap, { namespace, name }: { namespace: string; name: string }): boolean {
  const of = client.get("service");
  return isMap(of) && of.get("name") === name && of.get("namespace") === namespace;
}

function editOf(client: YAMLMap, value: string, text: string): Edit {
  const quote = client.flow === true ? '"' : "";
  const found = client.items.find(({ key }) => isScalar(key) && key.value === "caBundle");
  if (found === undefined) return insertion(client, `${quote}caBundle${quote}: `, value, text);
  const node = found.value as Scalar | null;
  const [from = 0, to = 0] = node?.range ?? [];
  if (to > from) {
    // The range of a literal (`|`) takes its line's end in.
    const isBlock = text.slice(from, to).endsWith("\n");
    return { from, to, text: `${quote}${value}${quote}${isBlock ? "\n" : ""}` };
  }
  const end = endOfKey(found.key as Scalar, text);
  return { from: end, to: end, text: ` ${quote}${value}${quote}` };
}

/** Before the first key, as the others are written; behind the brace of an empty map. */
function insertion(client: YAMLMap, key: string, value: string, text: string): Edit {
  const isFlow = client.flow === true;
  const quoted = isFlow ? `"${value}"` : value;
  const [first] = client.items;
  const start = (first?.key as Scalar | undefined)?.range?.[0];
  if (start === undefined) {
    const from = (client.range?.[0] ?? 0) + 1;
    return { from, to: from, text: `${key}${quoted}` };
  }
  if (isFlow) {
    const gap = /^\{(\s*)/.exec(text.slice(client.range?.[0] ?? start))?.[1] ?? "";
    return { from: start, to: start, text: `${key}${quoted},${gap.includes("\n") ? gap : " "}` };
  }
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  return { from: start, to: start, text: `${key}${value}\n${" ".repeat(column)}` };
}

function endOfKey({ range }: Scalar, text: string): number {
  return text.indexOf(":", range?.[1] ?? 0) + 1;
}
