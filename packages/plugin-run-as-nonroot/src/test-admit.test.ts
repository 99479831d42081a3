// Sends pods through the plugin as kube-apiserver would: mutating phase, patch applied, validating phase.
import {
  type AdmissionRequest,
  createPipeline,
  type PatchOperation,
  type PluginDenial,
  type Reviewer,
} from "@gatewright/core";
import { expect } from "chai";
import plugin from "./index.ts";
import type { PodSecurity } from "./pod-security.ts";

export type Config = NonNullable<Parameters<typeof plugin>[0]>;

export interface Admitted {
  readonly patch: readonly PatchOperation[];
  /** The specification after the mutating phase. */
  readonly spec: PodSecurity;
  /** `[field, message]` of each, from the validating phase. */
  readonly denials: readonly (readonly [string | undefined, string])[];
  readonly warnings: readonly string[];
}

export interface Phases {
  create(spec: PodSecurity, namespace?: string): Promise<Admitted>;
  /** UPDATE of `pods/ephemeralcontainers`. */
  debug(old: PodSecurity, spec: PodSecurity, namespace?: string): Promise<Admitted>;
  close(): Promise<void>;
}

const WEBHOOK = "pods.gatewright.dev";

export async function openPhases(config: Config = {}): Promise<Phases> {
  const pipeline = await createPipeline({ webhooks: { [WEBHOOK]: { plugins: [plugin(config)] } } });
  const [mutate, validate] = ["mutate", "validate"].map(
    (phase) => pipeline.reviewers.get(`/${phase}/${WEBHOOK}`) as Reviewer,
  ) as [Reviewer, Reviewer];
  const admit = async (request: AdmissionRequest): Promise<Admitted> => {
    const mutated = await mutate.review(request);
    expect(mutated.kind, "the mutating phase").to.equal("allow");
    const object = apply(request.object, mutated.patch);
    const validated = await validate.review({ ...request, object });
    expect(validated.faults).to.deep.equal([]);
    expect(validated.warnings).to.deep.equal([]);
    return {
      patch: mutated.patch,
      spec: object.spec,
      denials: validated.denials.map(({ field, message }: PluginDenial) => [field, message]),
      warnings: mutated.warnings,
    };
  };
  return {
    create: (spec, namespace = "shop") =>
      admit(requestFor({ operation: "CREATE", namespace, object: podOf(spec), oldObject: null })),
    debug: (old, spec, namespace = "shop") =>
      admit({
        ...requestFor({
          operation: "UPDATE",
          namespace,
          object: podOf(spec),
          oldObject: podOf(old),
        }),
        subResource: "ephemeralcontainers",
      }),
    close: () => pipeline.close(),
  };
}

function podOf(spec: PodSecurity) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
}

function requestFor(
  facts: Pick<AdmissionRequest, "operation" | "namespace" | "object" | "oldObject">,
): AdmissionRequest {
  return {
    uid: "0a1b",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    name: "web",
    userInfo: { username: "jane" },
    dryRun: false,
    ...facts,
  };
}

/** The part of RFC 6902 that adds and replaces keys of objects. */
function apply(object: unknown, patch: readonly PatchOperation[]) {
  const copy = structuredClone(object) as ReturnType<typeof podOf>;
  for (const operation of patch) {
    if (operation.op === "remove") throw new Error(`a pod lost ${operation.path}`);
    const keys = operation.path.split("/").slice(1);
    const last = keys.pop() as string;
    const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy);
    (parent as Record<string, unknown>)[last] = operation.value;
  }
  return copy;
}
