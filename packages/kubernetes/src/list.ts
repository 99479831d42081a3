import {
  type CallOptions,
  ClusterError,
  type KubernetesObject,
  type ListOptions,
  type ObjectList,
} from "@gatewright/core";
import { resourcePath } from "./resource-path.ts";

/** Objects in a page, as client-go's pager asks for them. */
const PAGE_SIZE = 500;

/** As much of a List as matters here. */
interface Page {
  apiVersion?: string;
  kind?: string;
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubernetesObject[] | null;
}

/**
 * All pages of a list, as of one moment. Where the API server has forgotten that moment before the last page
 * (410), it starts anew, without pages: whatever takes too long by pages would do so again.
 *
 * @param get asks for one page, by its path
 */
export async function listAll(
  get: (path: string) => Promise<unknown>,
  resource: string,
  { namespace, labelSelector }: Omit<ListOptions & CallOptions, "signal">,
): Promise<ObjectList> {
  const path = resourcePath(resource, { namespace });
  const page = async (more: Record<string, string>) => {
    const query = new URLSearchParams({ ...(labelSelector && { labelSelector }), ...more });
    return (await get(query.size === 0 ? path : `${path}?${query.toString()}`)) as Page;
  };
  let items: KubernetesObject[] = [];
  let last = await page({ limit: String(PAGE_SIZE) });
  items = items.concat(objectsOf(last));
  try {
    while (last.metadata?.continue) {
      last = await page({ limit: String(PAGE_SIZE), continue: last.metadata.continue });
      items = items.concat(objectsOf(last));
    }
  } catch (error) {
    if (!(error instanceof ClusterError && error.status === 410)) throw error;
    last = await page({});
    items = objectsOf(last);
  }
  return { items, resourceVersion: last.metadata?.resourceVersion ?? "" };
}

/** Items of built-in resources come without the two; those of custom resources have them. */
function objectsOf({ apiVersion, kind, items }: Page): KubernetesObject[] {
  const objects = items ?? [];
  const itemKind = kind?.replace(/List$/, "");
  for (const object of objects) {
    if (apiVersion !== undefined) object.apiVersion ??= apiVersion;
    if (itemKind !== undefined) object.kind ??= itemKind;
  }
  return objects;
}
