import { patientOf } from "./check.ts";
import { servedKey } from "./checks/served-certificates.ts";
import { servingOf } from "./serving.ts";
import type { ServedCertificate, Snapshot } from "./snapshot.ts";
import { at, listOf, textOf } from "./tolerant.ts";

/**
 * What webhooks of files will serve: the certificate of the one Secret with `tls.crt` that their pods mount. Keys are
 * not looked at.
 */
export function mountedCertificates(snapshot: Snapshot): Map<string, ServedCertificate> {
  const patient = patientOf(snapshot);
  const served = new Map<string, ServedCertificate>();
  for (const webhook of patient.webhooks) {
    const key = servedKey(webhook);
    const serving = servingOf(webhook, patient);
    if (key === undefined || serving === undefined) continue;
    const names = serving.workloads.flatMap(({ podSpec }) =>
      listOf(at(podSpec, "volumes")).flatMap(secretNames),
    );
    const chains = [...new Set(names)].flatMap((name) => {
      const secret = patient.world.get("Secret", serving.namespace, name)?.object;
      const written = textOf(at(secret, "stringData", "tls.crt"));
      const data = textOf(at(secret, "data", "tls.crt"));
      if (written !== undefined) return [written];
      return data === undefined || data === ""
        ? []
        : [Buffer.from(data, "base64").toString("utf8")];
    });
    const [chain] = chains;
    if (chain !== undefined && chains.length === 1) served.set(key, { chain });
  }
  return served;
}

function secretNames(volume: unknown): string[] {
  const projected = listOf(at(volume, "projected", "sources"));
  const names = [
    at(volume, "secret", "secretName"),
    ...projected.map((source) => at(source, "secret", "name")),
  ];
  return names.filter((name) => typeof name === "string");
}
