import { creates, PluginTester, updates } from "@gatewright/testing";
import requiredLabels from "./required-labels.ts";

const complete = {
  "app.kubernetes.io/name": "mysql",
  "app.kubernetes.io/instance": "mysql-abcxyz",
  "app.kubernetes.io/version": "8.4.0",
  "app.kubernetes.io/component": "database",
  "app.kubernetes.io/part-of": "wordpress",
  "app.kubernetes.io/managed-by": "Helm",
};
const { "app.kubernetes.io/part-of": _, ...five } = complete;
const placeholders = {
  "app.kubernetes.io/name": "not_available",
  "app.kubernetes.io/instance": "not_available",
  "app.kubernetes.io/version": "not_available",
  "app.kubernetes.io/component": "not_available",
  "app.kubernetes.io/part-of": "not_available",
  "app.kubernetes.io/managed-by": "not_available",
};

const on = { "required-labels.example.com/enabled": "true" };
const off = { "required-labels.example.com/enabled": "false" };

function deployment(metadata: object) {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", ...metadata } };
}

function service(metadata: object) {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "db", ...metadata } };
}

PluginTester.run(requiredLabels, {
  allows: [
    creates(deployment({ labels: complete })),
    updates(service({}), service({ labels: complete })),
    { name: "opted out", request: creates(deployment({ annotations: off })) },
    {
      name: "opted out, refuse",
      request: creates(service({ annotations: off })),
      config: { missing: "refuse" },
    },
    {
      name: "a finalizer is removed from what is being deleted",
      request: updates(
        deployment({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x.example.com/y"] }),
        deployment({ deletionTimestamp: "2026-01-01T00:00:00Z" }),
      ),
    },
  ],
  patches: [
    {
      name: "all are missing",
      request: creates(service({})),
      object: service({ labels: placeholders }),
    },
    {
      name: "one is missing",
      request: updates(deployment({ labels: complete }), deployment({ labels: five })),
      patch: [
        {
          op: "add",
          path: "/metadata/labels/app.kubernetes.io~1part-of",
          value: "not_available",
        },
      ],
    },
    {
      name: "labels: null",
      request: creates(deployment({ labels: null })),
      object: deployment({ labels: placeholders }),
    },
    {
      name: "another value of the annotation",
      request: creates(service({ annotations: on })),
      object: service({ annotations: on, labels: placeholders }),
    },
  ],
  denies: [
    {
      name: "one is missing, refuse",
      request: creates(deployment({ labels: five })),
      config: { missing: "refuse" },
      message: "label app.kubernetes.io/part-of is required",
      field: "metadata.labels[app.kubernetes.io/part-of]",
    },
    {
      name: "all are missing, refuse",
      request: updates(service({ labels: complete }), service({})),
      config: { missing: "refuse" },
      messages: Object.keys(complete).map((label) => `label ${label} is required`),
    },
    {
      name: "one is empty",
      request: creates(service({ labels: { ...complete, "app.kubernetes.io/version": "" } })),
      message: "label app.kubernetes.io/version must not be empty",
      field: "metadata.labels[app.kubernetes.io/version]",
    },
  ],
  rejectsConfig: [{ config: { missing: "ad" }, message: /add/, pointer: "/missing" }],
});
