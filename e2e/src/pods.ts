/** As much of a Pod as the suites send. */
export interface Pod {
  apiVersion: "v1";
  kind: "Pod";
  metadata: {
    name?: string;
    generateName?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: {
    securityContext?: { runAsNonRoot?: boolean; runAsUser?: number };
    containers: { name: string; image: string; securityContext?: object }[];
  };
}

/** A pod that says no more than it must, and what `securityContext` says. */
export function pod(name: string, securityContext?: Pod["spec"]["securityContext"]): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      ...(securityContext && { securityContext }),
      containers: [{ name: "main", image: "example.com/app:1" }],
    },
  };
}

/** Pods on CREATE, for the rules of a plugin. */
export const createdPods = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] },
] as const;
