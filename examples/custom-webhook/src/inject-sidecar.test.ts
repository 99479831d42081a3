import { creates, PluginTester } from "@gatewright/testing";
import injectSidecar from "./inject-sidecar.ts";

const sidecar = {
  name: "log-shipper",
  image: "fluent/fluent-bit:4.0",
  volumeMounts: [{ name: "logs", mountPath: "/logs" }],
};
const volume = { name: "logs", emptyDir: {} };
const app = { name: "app", image: "nginx" };
const proxy = { name: "proxy", image: "envoy" };
const own = { name: "logs", hostPath: { path: "/var/log/web" } };
const data = { name: "data", emptyDir: {} };

const wanted = { "sidecar.example.com/inject": "true" };
const injected = { ...wanted, "sidecar.example.com/injected": "log-shipper" };

function pod(annotations: object | undefined, spec: object = { containers: [app] }) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", annotations }, spec };
}

PluginTester.run(injectSidecar, {
  config: { container: sidecar, volume },
  allows: [
    { name: "no annotation", request: creates(pod(undefined)) },
    { name: "not wanted", request: creates(pod({ "sidecar.example.com/inject": "false" })) },
    {
      name: "injected before",
      request: creates(pod(injected, { containers: [app, sidecar], volumes: [volume] })),
    },
    {
      name: "a container of its own with the sidecar's name",
      request: creates(pod(wanted, { containers: [{ ...app, name: "log-shipper" }] })),
      warnings: [/no sidecar was injected.*"log-shipper"/],
    },
    {
      name: "an init container of its own with the sidecar's name",
      request: creates(pod(wanted, { containers: [app], initContainers: [sidecar] })),
      warnings: [/no sidecar was injected.*"log-shipper"/],
    },
  ],
  patches: [
    {
      name: "container, volume and annotation",
      request: creates(pod(wanted)),
      object: pod(injected, { containers: [app, sidecar], volumes: [volume] }),
    },
    {
      name: "at the end of both lists",
      request: creates(pod(wanted, { containers: [app, proxy], volumes: [data] })),
      object: pod(injected, { containers: [app, proxy, sidecar], volumes: [data, volume] }),
    },
    {
      name: "a volume of that name is there",
      request: creates(pod(wanted, { containers: [app], volumes: [own] })),
      object: pod(injected, { containers: [app, sidecar], volumes: [own] }),
    },
    {
      name: "marked, but the container is not there",
      request: creates(pod(injected)),
      object: pod(injected, { containers: [app, sidecar], volumes: [volume] }),
    },
    {
      name: "no volume",
      config: { container: sidecar },
      request: creates(pod(wanted)),
      object: pod(injected, { containers: [app, sidecar] }),
    },
    {
      name: "containers: null",
      request: creates(pod(wanted, { containers: null })),
      object: pod(injected, { containers: [sidecar], volumes: [volume] }),
    },
  ],
  rejectsConfig: [
    { config: {}, message: /container/ },
    { config: { container: { name: "log-shipper" } }, message: /image/, pointer: "/container" },
    {
      name: "a misspelt key",
      config: { container: sidecar, volumes: [volume] },
      message: /did you mean "volume"/,
    },
  ],
});
