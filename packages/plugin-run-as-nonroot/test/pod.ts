import type { PodSecurity, RunAs } from "../src/pod-security.ts";

/** A pod for tests, as JSON has it. */
export interface TestPod {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: { readonly name: string };
  readonly spec: PodSecurity;
}

/** A pod with these settings of its own, none where they are undefined, and of its containers. */
export function pod(own?: RunAs | null, containers: readonly RunAs[] = [{}]): TestPod {
  return podOf({
    ...(own === undefined ? {} : { securityContext: own }),
    containers: containers.map((securityContext, index) => ({
      name: `c${index}`,
      securityContext,
    })),
  });
}

/** A pod with this specification. */
export function podOf(spec: PodSecurity): TestPod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
}

/** A pod with more in its specification. */
export function having(spec: PodSecurity, base: TestPod): TestPod {
  return podOf({ ...base.spec, ...spec });
}
