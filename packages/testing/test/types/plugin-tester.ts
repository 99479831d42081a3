/** The types of suites: compiled with the tests, never run. */
import { definePlugin } from "@gatewright/core";
import type { Pod } from "@gatewright/kubernetes-types/core/v1";
import { admit, connects, creates, type PluginSuite, PluginTester } from "../../src/index.ts";
import { pod, pods } from "../pods.ts";

const request = creates(pod("a"));
const configured = definePlugin({
  name: "configured",
  config: {
    type: "object",
    additionalProperties: false,
    properties: { uid: { type: "integer", default: 1 }, name: { type: "string" } },
    required: ["name"],
  },
  validate: { rules: pods, sideEffects: "None", handle() {} },
});
const plain = definePlugin({
  name: "plain",
  validate: { rules: pods, sideEffects: "None", handle() {} },
});

/** The configuration has the plugin's type, without a type argument. */
export function configurations(): void {
  PluginTester.run(configured, {
    config: { name: "x" },
    allows: [request, { request, config: { name: "x", uid: 2 } }],
    // Anything at all: it is to be refused.
    rejectsConfig: [{ config: { uid: "x" }, message: /x/ }],
  });
  PluginTester.run("under a title", configured, { config: { name: "x" } });
  // @ts-expect-error -- uid is a number
  PluginTester.run(configured, { allows: [{ request, config: { name: "x", uid: "2" } }] });
  // @ts-expect-error -- no such key
  PluginTester.run(configured, { config: { name: "x", nam: "y" } });
  // @ts-expect-error -- it takes no configuration
  PluginTester.run(plain, { config: {} });
  // @ts-expect-error -- the factory, not a plugin
  PluginTester.run(plain(), {});
}

/** Cases are closed. */
export function cases(): void {
  PluginTester.run(plain, {
    denies: [{ request, message: "x", field: "spec", code: 403 }],
    patches: [{ request, object: (changed: Pod) => void changed.spec.hostPID }],
    // @ts-expect-error -- an allow has no message
    allows: [{ request, message: "x" }],
  });
  // @ts-expect-error -- no such list
  const misspelt: PluginSuite = { allow: [request] };
  void misspelt;
}

/** Builders take typed and untyped objects, and nothing that is none. */
export function builders(typed: Pod): void {
  creates(typed, { user: "bob", dryRun: true });
  creates({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { anything: 1 } });
  connects(typed, { subResource: "exec", options: { command: ["sh"] } });
  void admit([plain(), { plugin: plain(), enforcement: "warn" }], request);
  void admit({ "a.example.com": { plugins: [plain()] } }, request);
  // @ts-expect-error -- labels are no metadata
  creates({ apiVersion: "v1", kind: "Pod", metadata: "a" });
  // @ts-expect-error -- no such subresource of a CONNECT
  connects(typed, { subResource: "log" });
}
