import { Document, isScalar, visit } from "yaml";

// A number to readers of 1.2 and to Go's, and text in 1.1, by whose rules the library quotes here.
const OCTAL = /^[-+]?0o[0-7_]+$/;

/**
 * Plain data as YAML that readers of YAML 1.1 (kubectl, Helm) and of 1.2 (our configuration file) understand alike:
 * what either takes for anything but text is in quotes. Keys stay in their order, nothing is wrapped or aliased.
 */
export function yamlText(data: unknown): string {
  const document = new Document(data, {
    version: "1.1",
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === "string" && OCTAL.test(node.value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}
