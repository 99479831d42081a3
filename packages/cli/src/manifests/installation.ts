import type { PolicyRule } from "@gatewright/core";

/** A Secret or ConfigMap of the operator's, as files. */
export interface MountedVolume {
  readonly secret?: string;
  readonly configMap?: string;
  /** Absolute, and a folder. */
  readonly path: string;
}

/** Where the server's certificate comes from. */
export type InstalledCertificate =
  | { readonly kind: "self-managed"; readonly secretName: string }
  | { readonly kind: "files" }
  | {
      readonly kind: "cert-manager";
      readonly secretName: string;
      readonly issuerRef: Readonly<Record<string, string>>;
    };

/** A container's resources, as Kubernetes has them. */
export interface Resources {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly [key: string]: unknown;
}

/** A server in a cluster: what a configuration file says of it, with every default filled in. */
export interface Installation {
  /** Of the Deployment, and of everything that goes with it. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly imagePullSecrets: readonly string[];
  readonly replicas: number;
  readonly resources: Resources;
  /** undefined: a PriorityClass of its own is written. */
  readonly priorityClassName: string | undefined;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly volumes: readonly MountedVolume[];
  /** undefined: none is written. */
  readonly serviceMonitor: { readonly labels: Readonly<Record<string, string>> } | undefined;
  /** undefined: none is written. */
  readonly networkPolicy:
    | {
        /** CIDRs; undefined where they are not known. */
        readonly apiServer: readonly string[] | undefined;
        readonly egress: readonly object[];
      }
    | undefined;
  /** The configuration file, as it is. */
  readonly configText: string;
  /** Where the server listens, for reviews and probes. */
  readonly port: number;
  readonly metricsPort: number | undefined;
  /** Where the Service listens. */
  readonly servicePort: number;
  /** From SIGTERM until everything has been answered, in seconds. */
  readonly shutdownSeconds: number;
  readonly certificate: InstalledCertificate;
  /** Whether the server registers its webhooks itself. */
  readonly registers: boolean;
  /** Whether the server calls the API server. */
  readonly usesCluster: boolean;
  /** What it may do in all namespaces, and with what has none. */
  readonly clusterRules: readonly PolicyRule[];
  /** What it may do in one namespace. */
  readonly namespacedRules: readonly {
    readonly namespace: string;
    readonly rules: readonly PolicyRule[];
  }[];
}

/** Where things are in the server's container. */
export const paths = {
  config: "/etc/gatewright/config",
  configFile: "gatewright.yaml",
  /** As core looks for what cert-manager made. */
  certificate: "/etc/gatewright/tls",
} as const;
