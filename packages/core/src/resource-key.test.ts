import { expect } from "chai";
import { describe, it } from "mocha";
import { parseResourceKey } from "./resource-key.ts";

describe("parseResourceKey(key): ResourceParts | undefined", () => {
  const sound: Record<string, [group: string, version: string, resource: string, sub?: string]> = {
    "v1/pods": ["", "v1", "pods"],
    "v1/namespaces/finalize": ["", "v1", "namespaces", "finalize"],
    "apps/v1/deployments": ["apps", "v1", "deployments"],
    "apps/v1/deployments/scale": ["apps", "v1", "deployments", "scale"],
    "networking.k8s.io/v1beta1/ipaddresses": ["networking.k8s.io", "v1beta1", "ipaddresses"],
    "example.com/v2alpha11/widgets": ["example.com", "v2alpha11", "widgets"],
  };
  for (const [key, [group, version, resource, subresource]] of Object.entries(sound)) {
    it(`takes ${key} apart`, () => {
      expect(parseResourceKey(key)).to.deep.equal({ group, version, resource, subresource });
    });
  }

  for (const key of [
    "",
    "pods",
    "v1",
    "v1/",
    "v1/Pods",
    "/v1/pods",
    "apps/deployments",
    "apps/v1",
    "apps/v1/deployments/scale/more",
    "v1/pods/status/more",
    "v1/*",
    "v1/pods/../secrets",
    "Apps/v1/deployments",
    "v1beta/v1/pods/",
    "v1/pods?watch=1",
  ]) {
    it(`is undefined for "${key}"`, () => {
      expect(parseResourceKey(key)).to.equal(undefined);
    });
  }
});
