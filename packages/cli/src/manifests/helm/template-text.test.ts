import { expect } from "chai";
import { describe, it } from "mocha";
import { commentText, entryMark, templateText, textMark, valueMark } from "./template-text.ts";

describe("templateText(object)", () => {
  it("writes what has no mark as it is, and braces so that they stay braces", () => {
    expect(templateText({ a: "on", b: ["x"], c: { "{{d}}": "{{ .Values.e }}" } })).to.equal(
      'a: "on"\nb:\n  - x\nc:\n  "{{ "{{" }}d}}": "{{ "{{" }} .Values.e }}"\n',
    );
  });

  it("has a value's expression where the value would be", () => {
    expect(templateText({ a: valueMark(".Values.a | toJson"), b: [valueMark("1")] })).to.equal(
      "a: {{ .Values.a | toJson }}\nb:\n  - {{ 1 }}\n",
    );
  });

  it("has a text's expression in quotes where it stands alone, or digits were a number", () => {
    const namespace = textMark(".Release.Namespace");
    expect(templateText({ a: namespace, b: [namespace, `x.${namespace}.svc`] })).to.equal(
      'a: "{{ .Release.Namespace }}"\nb:\n  - "{{ .Release.Namespace }}"\n  - x.{{ .Release.Namespace }}.svc\n',
    );
  });

  it("has an entry's lines instead of the key or the dash, at their column", () => {
    const lines = entryMark("{{- with .a }}\nkey:\n  {{- toYaml . | nindent @2 }}\n{{- end }}");
    expect(templateText({ x: { key: lines, "quoted: key": lines, z: [lines] } })).to.equal(
      `x:
${at(2)}
${at(2)}
  z:
${at(4)}
`,
    );
    function at(column: number): string {
      const text = `{{- with .a }}\nkey:\n  {{- toYaml . | nindent ${column + 2} }}\n{{- end }}`;
      return text.replaceAll(/^/gm, " ".repeat(column));
    }
  });

  it("refuses an entry whose line has something else on it", () => {
    const lines = entryMark("x");
    for (const object of [{ a: `b ${lines}` }, [{ a: lines }]]) {
      expect(() => templateText(object)).to.throw(/^not an entry of its own: /);
    }
  });
});

describe("commentText(note)", () => {
  it("is comments that no template engine reads", () => {
    expect(commentText("a\n\n{{ b }}")).to.equal('# a\n#\n# {{ "{{" }} b }}\n');
  });
});
