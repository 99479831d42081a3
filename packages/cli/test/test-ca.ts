import { createCertificate, type MadeCertificate } from "../src/certs/create-certificate.ts";

let made: Promise<MadeCertificate> | undefined;

/** A CA and a certificate of it, by the names of their files; the same all through a run. */
export function testCertificate(): Promise<MadeCertificate> {
  made ??= createCertificate(
    { service: "gatewright", namespace: "gatewright-system", host: [], days: 90, caDays: 1825 },
    undefined,
  );
  return made;
}

/** PEM of that CA. */
export async function testCa(): Promise<string> {
  return (await testCertificate())["ca.crt"] ?? "";
}
