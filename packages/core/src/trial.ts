import type { AdmissionRequest } from "./admission.ts";
import type { LoadedPlugin } from "./loaded-plugin.ts";

/**
 * A request as a plugin is to take it. To one whose enforcement is `warn` or `audit` every request is a dry
 * run: it is being tried out, and what it would do elsewhere (write to the cluster, take a lock, move a leader) is
 * no more to happen than its denials and changes are.
 */
export function asTaken(
  { enforcement }: LoadedPlugin,
  request: AdmissionRequest,
): AdmissionRequest {
  if (enforcement === "enforce" || request.dryRun === true) return request;
  return { ...request, dryRun: true };
}
