import { allChecks } from "./all-checks.ts";
import { patientOf } from "./check.ts";
import { type Finding, severities } from "./finding.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * All that is wrong with the webhooks and policies of a snapshot, the worst first. Never throws, whatever the objects
 * are: what makes no sense is as good as not written.
 */
export function diagnose(snapshot: Snapshot): Finding[] {
  const patient = patientOf(snapshot);
  const findings = allChecks.flatMap((check) =>
    [...check.find(patient)].map(
      (hit): Finding => ({
        id: check.id,
        severity: hit.severity ?? check.severity,
        where: hit.where,
        what: hit.what,
        why: check.why,
        source: check.source,
        fix: hit.fix ?? check.fix,
      }),
    ),
  );
  return findings.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
}
