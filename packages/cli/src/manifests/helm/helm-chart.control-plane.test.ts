import { expect } from "chai";
import { describe, it } from "mocha";
import { useChartRenderer } from "../../../test/chart-renderer.ts";
import {
  bareInstallation,
  fullInstallation,
  plainInstallation,
} from "../../../test/installations.ts";
import type { Installation } from "../installation.ts";
import type { ManifestObject } from "../manifest.ts";
import { manifests } from "../manifests.ts";

describe("helmChart(heading, installation, version), rendered by helm", () => {
  const { helm, write, render, refusal } = useChartRenderer();

  const id = ({ kind, metadata }: ManifestObject) =>
    `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const byId = (objects: readonly ManifestObject[]) =>
    // As they are on the wire.
    JSON.parse(JSON.stringify(Object.fromEntries(objects.map((object) => [id(object), object]))));
  const ours = (installation: Installation) =>
    manifests(installation).map(({ object }): ManifestObject => object);

  for (const [what, installation] of Object.entries({
    plain: plainInstallation,
    "with everything": fullInstallation,
    bare: bareInstallation,
  })) {
    it(`${what}: with its own values it is what \`gatewright manifests\` writes, object by object`, async () => {
      const objects = await render(installation);
      const expected = ours(installation).filter(({ kind }) => kind !== "Namespace");
      expect(objects).to.have.length(expected.length);
      expect(byId(objects)).to.deep.equal(byId(expected));
      // For who renders and applies it.
      const all = await render(installation, { createNamespace: true });
      expect(byId(all)).to.deep.equal(byId(ours(installation)));
    });

    it(`${what}: is what helm lints without a word`, async () => {
      const output = await helm("lint", "--strict", write(installation));
      expect(output).to.match(/1 chart\(s\) linted, 0 chart\(s\) failed/);
      expect(output).not.to.match(/WARNING|ERROR/);
    });
  }

  it("values do what the same keys of the configuration do", async () => {
    const values = {
      image: "registry.example.com/other@sha256:0123",
      imagePullPolicy: "Always",
      imagePullSecrets: ["pull", "123"],
      replicas: 1_000_000,
      resources: { requests: { cpu: 1 }, limits: { memory: "1.5Gi", cpu: "2" } },
      priorityClassName: "system-cluster-critical",
      nodeSelector: { "kubernetes.io/os": "linux", on: "yes" },
      tolerations: [{ key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 }],
      podLabels: { team: "a", number: "1" },
      podAnnotations: { "example.com/x": "{{ .Values.image }}" },
    };
    const changed = {
      serviceMonitor: { labels: { prometheus: "main" } },
      networkPolicy: {
        apiServer: ["10.0.0.1/32", "fd00::1/128"],
        egress: [{ to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ port: 2379 }] }],
      },
    };
    const expected = ours({ ...plainInstallation, ...values, ...changed });
    const objects = await render(plainInstallation, {
      ...values,
      // Helm joins maps; null takes an entry away.
      resources: { ...values.resources, requests: { cpu: 1, memory: null } },
      serviceMonitor: { enabled: true, ...changed.serviceMonitor },
      networkPolicy: { enabled: true, ...changed.networkPolicy },
      createNamespace: true,
    });
    expect(byId(objects)).to.deep.equal(byId(expected));
  });

  it("values take away what the configuration had", async () => {
    const expected = ours({
      ...fullInstallation,
      imagePullSecrets: [],
      priorityClassName: undefined,
      nodeSelector: {},
      tolerations: [],
      podLabels: {},
      podAnnotations: {},
      resources: { requests: { cpu: "1" } },
      serviceMonitor: undefined,
      networkPolicy: undefined,
    });
    const objects = await render(fullInstallation, {
      imagePullSecrets: [],
      priorityClassName: "",
      nodeSelector: nulls(fullInstallation.nodeSelector),
      tolerations: [],
      podLabels: nulls(fullInstallation.podLabels),
      podAnnotations: nulls(fullInstallation.podAnnotations),
      resources: { requests: { cpu: "1", memory: null }, limits: null },
      serviceMonitor: { enabled: false },
      networkPolicy: { enabled: false },
      createNamespace: true,
    });
    expect(byId(objects)).to.deep.equal(byId(expected));
  });

  it("limits of memory in every unit give the same heap", async () => {
    for (const memory of [
      "1000000k",
      "900M",
      "1.5Gi",
      "0.001Ti",
      "700000Ki",
      800_000_000,
      "512Mi",
    ]) {
      const resources = { requests: {}, limits: { memory } };
      const objects = await render(bareInstallation, { resources });
      const expected = ours({ ...bareInstallation, resources });
      const env = (list: ManifestObject[]) =>
        JSON.stringify(byId(list)).match(/max-old-space-size=\d+/g);
      expect(env(objects), String(memory)).to.deep.equal(env(expected));
      expect(env(objects), String(memory)).to.have.length(1);
    }
  });

  it("affinity goes to the pods", async () => {
    const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
    const objects = await render(plainInstallation, { affinity });
    const { spec } = byId(objects)[`Deployment ${plainInstallation.namespace}/gatewright`];
    expect(spec.template.spec.affinity).to.deep.equal(affinity);
  });

  it("goes into the release's namespace, all of it", async () => {
    for (const namespace of ["elsewhere", "123"]) {
      const expected = ours({
        ...fullInstallation,
        namespace,
        namespacedRules: fullInstallation.namespacedRules.map((rules) => ({
          ...rules,
          namespace: rules.namespace === "shared" ? rules.namespace : namespace,
        })),
      });
      const objects = await render(fullInstallation, { createNamespace: true }, namespace);
      expect(byId(objects)).to.deep.equal(byId(expected));
    }
  });

  it("hands the configuration over byte for byte, its own and the values'", async () => {
    const policies = `webhooks:
  pods.example.com:
    timeoutSeconds: 7
    plugins:
      - { plugin: "@gatewright/plugin-run-as-nonroot", config: { runAsUser: 5 } }
`;
    const texts = [
      `# {{ .Values.image }} "quoted" \\ ü 😀 <&>\n\n${policies}\n# trailing space: \n\n\n`,
      `${policies.trimEnd()}\n# no newline at the end`,
      `  \n${policies}`,
    ];
    for (const configText of texts) {
      const own = { ...plainInstallation, configText };
      expect(byId(await render(own, { createNamespace: true }))).to.deep.equal(byId(ours(own)));
    }
    const config = `# changed\n${plainInstallation.configText}`;
    const objects = await render(plainInstallation, { config, createNamespace: true });
    expect(byId(objects)).to.deep.equal(byId(ours({ ...plainInstallation, configText: config })));
  });

  it("refuses a configuration that its templates would not fit", async () => {
    const { configText } = plainInstallation;
    const port = await refusal(plainInstallation, { config: `${configText}port: 9443\n` });
    expect(port).to.include("port in config is not what this chart was written from");
    const plugins = configText.replace("run-as-nonroot", "namespace-quota");
    expect(await refusal(plainInstallation, { config: plugins })).to.include(
      "config has the plugins @gatewright/plugin-namespace-quota; this chart has what @gatewright/plugin-run-as-nonroot may do",
    );
    expect(await refusal(plainInstallation, { config: "a: [" })).to.include("config is not YAML");
    const namespaced = {
      ...plainInstallation,
      configText: `${configText}deployment: { namespace: other }\n`,
    };
    expect(await refusal(namespaced, {})).to.include(
      "the configuration says deployment.namespace: other, and the release is in gatewright-system",
    );
  });
});

const nulls = (map: object) => Object.fromEntries(Object.keys(map).map((key) => [key, null]));
