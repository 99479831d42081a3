import { allChecks } from "./all-checks.ts";
import { patientOf } from "./check.ts";
import { type Finding, severities } from "./finding.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * All that is wrong with the webhooks and policies of a snapshot, the worst first. Never throws, whatever the objects
 * are: what makes no sense is as good as not written.
 *
 * @param skip - ids of checks to leave out, whole (`GWD126-ignore`) or in short (`GWD126`)
 */
export function diagnose(snapshot: Snapshot, skip: readonly string[] = []): Finding[] {
  const patient = patientOf(snapshot);
  const checks = allChecks.filter(({ id }) => !skip.some((wanted) => isIdOf(wanted, id)));
  const findings = checks.flatMap((check) =>
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

/** Those of `ids` that no check has. */
export function unknownIds(ids: readonly string[]): string[] {
  return ids.filter((wanted) => !allChecks.some(({ id }) => isIdOf(wanted, id)));
}

function isIdOf(wanted: string, id: string): boolean {
  return id === wanted || id.startsWith(`${wanted}-`);
}
