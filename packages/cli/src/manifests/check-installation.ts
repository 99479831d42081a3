import type { ConfigurationIssue, InspectedConfigFile } from "@gatewright/core";
import { checkAddresses } from "./checks/addresses.ts";
import { checkCertificate } from "./checks/certificate.ts";
import { checkDeployment } from "./checks/deployment.ts";
import { checkPlugins } from "./checks/plugins.ts";
import type { Check, Remark, Remarks } from "./remark.ts";

const checks: readonly Check[] = [checkAddresses, checkCertificate, checkPlugins, checkDeployment];

/** Whether what runs on a laptop runs in a cluster. */
export function checkInstallation(
  file: InspectedConfigFile["file"],
  image: string | undefined,
): Remarks {
  const all = checks.map((check) => check(file, image));
  return {
    errors: all.flatMap(({ errors }) => errors),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** Remarks as core writes what is wrong with a configuration. */
export function issuesOf(remarks: readonly Remark[]): ConfigurationIssue[] {
  return remarks.map(({ at, message }) => ({ code: "GW_CONFIG_INVALID", pointer: at, message }));
}
