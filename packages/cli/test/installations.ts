import type { Installation } from "../src/manifests/installation.ts";

/** As defaults have it: self-managed certificate and registration. */
export const plainInstallation: Installation = {
  name: "gatewright",
  namespace: "gatewright-system",
  image: "registry.example.com/gatewright:1.2.3",
  imagePullPolicy: "IfNotPresent",
  imagePullSecrets: [],
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "640Mi" } },
  priorityClassName: undefined,
  nodeSelector: {},
  tolerations: [],
  podLabels: {},
  podAnnotations: {},
  volumes: [],
  serviceMonitor: undefined,
  networkPolicy: { apiServer: undefined, egress: [] },
  configText: `metrics: { port: 9090 }
cluster: {}
tls: { secret: {} }
registration: {}
webhooks:
  pods.example.com:
    plugins:
      - plugin: "@gatewright/plugin-run-as-nonroot"
`,
  port: 8443,
  metricsPort: 9090,
  servicePort: 443,
  shutdownSeconds: 40,
  certificate: { kind: "self-managed", secretName: "gatewright-tls" },
  registers: true,
  usesCluster: true,
  clusterRules: [
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get", "list", "watch"] },
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["validatingwebhookconfigurations"],
      verbs: ["get", "patch"],
      resourceNames: ["gatewright"],
    },
  ],
  namespacedRules: [
    {
      namespace: "gatewright-system",
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    },
  ],
};

/** Everything that a configuration can say. */
export const fullInstallation: Installation = {
  ...plainInstallation,
  name: "web-hooks",
  namespace: "hooks",
  imagePullPolicy: "Always",
  imagePullSecrets: ["one", "two"],
  replicas: 3,
  resources: { requests: { cpu: 1, memory: "1Gi" }, limits: { memory: "1536M", cpu: "1500m" } },
  priorityClassName: "high",
  nodeSelector: { "kubernetes.io/arch": "arm64", "example.com/{{x}}": "no" },
  tolerations: [{ key: "dedicated", operator: "Equal", value: "1", effect: "NoSchedule" }],
  podLabels: { team: "platform" },
  podAnnotations: { "example.com/note": "1e3: {{ not a template }}" },
  volumes: [
    { secret: "etcd-client", path: "/etc/gatewright/etcd" },
    { configMap: "{{braces}}", path: "/etc/x" },
  ],
  serviceMonitor: { labels: { prometheus: "main" } },
  networkPolicy: {
    apiServer: ["10.0.0.1/32", "10.0.0.2/32"],
    egress: [{ to: [{ ipBlock: { cidr: "10.2.0.0/16" } }] }],
  },
  port: 9443,
  metricsPort: 9100,
  servicePort: 8443,
  certificate: {
    kind: "cert-manager",
    secretName: "web-hooks-tls",
    issuerRef: { name: "ca", kind: "ClusterIssuer", group: "cert-manager.io" },
  },
  namespacedRules: [
    {
      namespace: "hooks",
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    },
    {
      namespace: "shared",
      rules: [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] }],
    },
  ],
};

/** Plugins that need no cluster, certificates of the operator's, and nothing else. */
export const bareInstallation: Installation = {
  ...plainInstallation,
  resources: {},
  networkPolicy: undefined,
  metricsPort: undefined,
  certificate: { kind: "files" },
  registers: false,
  usesCluster: false,
  clusterRules: [],
  namespacedRules: [],
};
