import type { createPainter } from "../frame/colour.ts";
import { wrap } from "../frame/wrap.ts";
import { type Finding, severities, type Severity, type Where } from "./finding.ts";
import type { OutageRow } from "./outage.ts";

/** All that the doctor has to say. */
export interface Report {
  /** How many webhooks and policies there were to judge. */
  readonly judged: { readonly webhooks: number; readonly policies: number };
  readonly findings: readonly Finding[];
  readonly outage: readonly OutageRow[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
  /** How many findings were left out, being less than was asked for. */
  readonly hidden: number;
}

type Paint = ReturnType<typeof createPainter>;

const meanings = { error: "error", warning: "warning", info: "faint" } as const;

/**
 * A report for people: findings by what they are about, the worst first, then what an outage would leave.
 *
 * @param columns - width of a terminal to break sentences at; none are broken without it
 */
export function reportText(report: Report, paint: Paint, columns?: number): string {
  const blocks = report.findings.map((finding) => findingText(finding, paint, columns));
  return [
    ...blocks,
    outageText(report.outage, paint, columns),
    summaryText(report, paint, columns),
  ].join("\n");
}

function findingText(finding: Finding, paint: Paint, columns: number | undefined): string {
  const { severity, id, where, what, why, source, fix } = finding;
  return `${paint(meanings[severity], severity.padEnd(7))} ${paint("heading", id)}  ${whereText(where)}
  ${wrap(`${what}.`, columns, "  ")}
  ${wrap(why, columns, "  ")}
  ${paint("faint", wrap(source, columns, "  "))}
${indent(fix, "    ")}
`;
}

/** `gatekeeper.yaml:12:3 ValidatingWebhookConfiguration/x, webhook y, /webhooks/0`. */
export function whereText({ object, webhook, pointer, file, line, column }: Where): string {
  const place =
    file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}:${column}`} `;
  const which = webhook === undefined ? "" : `, webhook ${webhook}`;
  return `${place}${object}${which}${pointer === "" ? "" : `, ${pointer}`}`;
}

function outageText(rows: readonly OutageRow[], paint: Paint, columns: number | undefined): string {
  if (rows.length === 0) return "";
  const words = {
    yes: paint("good", "yes  "),
    maybe: paint("warning", "maybe"),
    no: paint("error", "no   "),
  };
  const lines = rows.map(({ works, title, blockedBy }) => {
    const blocks = blockedBy.map(
      ({ by, requests }) =>
        `\n         ${wrap(`${by}: ${requests.join(", ")}`, columns, " ".repeat(9))}`,
    );
    return `  ${words[works]}  ${wrap(title, columns, " ".repeat(9))}${blocks.join("")}`;
  });
  return `${paint("heading", "If every server of webhooks were down, would it still work?")}\n${lines.join("\n")}\n`;
}

function summaryText(
  { judged, findings, notes, hidden }: Report,
  paint: Paint,
  columns: number | undefined,
): string {
  const notesText = notes
    .map((note) => `${paint("faint", "note")}  ${wrap(note, columns, " ".repeat(6))}\n`)
    .join("");
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${plural(severity, count)}`];
  });
  const found = counts.length === 0 ? "nothing found" : counts.join(", ");
  const more = hidden === 0 ? "" : ` (${hidden} more with --severity info)`;
  const { webhooks, policies } = judged;
  const of = `${webhooks} ${webhooks === 1 ? "webhook" : "webhooks"}, ${policies} ${policies === 1 ? "policy" : "policies"}`;
  return `${notesText}${of}: ${found}${more}\n`;
}

function plural(severity: Severity, count: number): string {
  return severity === "info" || count === 1 ? severity : `${severity}s`;
}

function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => `${by}${line}`)
    .join("\n");
}
