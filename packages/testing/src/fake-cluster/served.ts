import { type KubernetesObject, parseResourceKey } from "@gatewright/core";
import { isNamespaced, pluralIn, resourceOfKind } from "../resources.ts";
import { badRequest, notServed, shownResource } from "./refusals.ts";

/** A custom resource of a fake cluster. */
export interface FakeCustomResource {
  kind: string;
  /** @default true */
  namespaced?: boolean;
}

/** A resource as a fake cluster serves it. */
export interface Served {
  /** One for all versions of a resource: `apps/deployments`. */
  readonly id: string;
  readonly apiVersion: string;
  /** How the API server writes it: `deployments.apps`. */
  readonly shown: string;
  readonly namespaced: boolean;
  readonly subresource: string | undefined;
}

/** Which resources there are: the built-in ones, and `custom` ones by their keys. */
export function createDirectory(custom: Readonly<Record<string, FakeCustomResource>>) {
  const scopeOf = (key: string, group: string, resource: string): boolean | undefined => {
    const own = custom[key];
    return own === undefined ? isNamespaced(group, resource) : (own.namespaced ?? true);
  };
  return {
    /** @throws ClusterError 404 for a resource that is not served. */
    find(key: string): Served {
      const parts = parseResourceKey(key);
      if (parts === undefined)
        throw new TypeError(`"${key}" is no resource: "v1/configmaps" is one`);
      const { group, version, resource, subresource } = parts;
      const apiVersion = group === "" ? version : `${group}/${version}`;
      const namespaced = scopeOf(`${apiVersion}/${resource}`, group, resource);
      if (namespaced === undefined) {
        throw notServed(
          `${key} is not built in: list it in createFakeCluster({ customResources })`,
        );
      }
      const plural = pluralIn(group, resource);
      if (plural !== resource && custom[`${apiVersion}/${resource}`] === undefined) {
        throw notServed(`did you mean "${apiVersion}/${plural}"?`);
      }
      const shown = shownResource(group, resource);
      return { id: `${group}/${resource}`, apiVersion, shown, namespaced, subresource };
    },
    /** The key of an object's resource. */
    keyOf({ apiVersion, kind }: KubernetesObject): string {
      if (apiVersion === undefined || kind === undefined) {
        throw badRequest("an object needs apiVersion and kind");
      }
      const own = Object.entries(custom).find(
        ([key, one]) => one.kind === kind && key.startsWith(`${apiVersion}/`),
      );
      return own?.[0] ?? `${apiVersion}/${resourceOfKind(apiVersion, kind).resource}`;
    },
  };
}
