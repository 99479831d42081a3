import type { AdmissionRequest, DeepReadonly } from "@gatewright/core";
import type { Write } from "./namespace-rules.ts";

/** A request as the hook gets it, of whatever resource. */
export type QuotaRequest = DeepReadonly<
  Pick<
    AdmissionRequest,
    | "operation"
    | "resource"
    | "subResource"
    | "namespace"
    | "name"
    | "object"
    | "oldObject"
    | "userInfo"
  >
>;

/** As much of it as decides what counts it. */
export function writeOf({ operation, resource, subResource }: QuotaRequest): Write {
  const { group, resource: plural } = resource;
  return {
    operation,
    resource: group === "" ? plural : `${plural}.${group}`,
    subResource: subResource ?? "",
  };
}

/** The object's name, which a request of a deletecollection leaves out. */
export function nameOf({ name, object, oldObject }: QuotaRequest): string {
  return object?.metadata?.name || oldObject?.metadata?.name || name || "";
}
