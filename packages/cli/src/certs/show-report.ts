import {
  type CertificateFacts,
  certificatesIn,
  factsOf,
  whyUnverified,
} from "./certificate-facts.ts";
import { formatTable } from "../frame/table.ts";

/** What was found out, before it is judged. */
export interface Found {
  /** PEM: the chain, leaf first; empty where there is none. */
  readonly chain: string;
  /** Where the chain is from. */
  readonly from: string;
  /** PEM: all CAs to trust; empty where they are not known. */
  readonly bundle: string;
  /** By which name callers verify it; undefined where nobody said. */
  readonly host: string | undefined;
  readonly webhooks: readonly { where: string; host: string; caBundle: string }[];
  /** The rotation that was asked for and is not over. */
  readonly rotation: string | undefined;
  /** What is remarkable anyway. */
  readonly problems: readonly string[];
}

/** What is shown. */
export interface ShowReport {
  readonly from: string;
  readonly certificate: CertificateFacts | null;
  readonly cas: readonly CertificateFacts[];
  readonly rotation: string | null;
  readonly webhooks: readonly { webhook: string; verifies: boolean; why: string | null }[];
  /** What is wrong, in sentences; empty where nothing is. */
  readonly problems: readonly string[];
}

/** Judges it: does every caller verify what is served? */
export async function showReport(found: Found, now: number): Promise<ShowReport> {
  const { chain, bundle, host, from } = found;
  const [leaf] = certificatesIn(chain);
  const problems = [...found.problems];
  if (leaf === undefined) problems.push(`${from} has no certificate that can be read`);
  if (leaf !== undefined && bundle !== "") {
    const [first] = factsOf(leaf, now).subjectAltNames;
    const why = await whyUnverified(bundle, chain, host ?? first ?? "", now);
    if (why !== undefined) problems.push(`${from}: ${why}`);
  } else if (leaf !== undefined && factsOf(leaf, now).daysLeft < 0) {
    problems.push(`the certificate ran out on ${factsOf(leaf, now).notAfter}`);
  }
  const webhooks = await Promise.all(
    found.webhooks.map(async ({ where, host, caBundle }) => {
      const why = (await whyUnverified(caBundle, chain, host, now)) ?? null;
      return { webhook: where, verifies: why === null, why };
    }),
  );
  for (const { webhook, why } of webhooks) if (why !== null) problems.push(`${webhook}: ${why}`);
  return {
    from,
    certificate: leaf === undefined ? null : factsOf(leaf, now),
    cas: certificatesIn(bundle).map((ca) => factsOf(ca, now)),
    rotation: found.rotation ?? null,
    webhooks,
    problems,
  };
}

/** The report as text. @param isOfCluster - whether it was looked for webhooks, too */
export function showText(
  { from, certificate, cas, rotation, webhooks, problems }: ShowReport,
  isOfCluster: boolean,
): string {
  const row = (what: string, facts: CertificateFacts): string[] => [
    what,
    facts.subject,
    facts.issuer,
    facts.notAfter.slice(0, 10),
    String(facts.daysLeft),
    facts.fingerprint256.slice(0, 11),
  ];
  const rows = [
    ...(certificate === null ? [] : [row("certificate", certificate)]),
    ...cas.map((ca) => row("CA", ca)),
  ];
  const columns = ["", "subject", "issuer", "expires", "days left", "sha-256"];
  const parts = [`from ${from}\n`, ...(rows.length > 0 ? [formatTable({ columns, rows })] : [])];
  if (certificate !== null) {
    parts.push(`for ${certificate.subjectAltNames.join(", ") || "no name"}\n`);
  }
  if (rotation !== null) parts.push(`being replaced: ${rotation}\n`);
  if (webhooks.length > 0) {
    const rows = webhooks.map(({ webhook, why }) => [webhook, why ?? "yes"]);
    parts.push(`\n${formatTable({ columns: ["registered", "verifies"], rows })}`);
  } else if (isOfCluster) {
    parts.push("\nregistered nowhere: no webhook is called at this Service or URL\n");
  }
  if (problems.length > 0) {
    const few = problems.filter(
      (problem) => !webhooks.some((one) => problem.startsWith(one.webhook)),
    );
    if (few.length > 0) parts.push(`\n${few.map((problem) => `wrong: ${problem}\n`).join("")}`);
  }
  return parts.join("");
}
