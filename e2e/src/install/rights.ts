import type { PolicyRule } from "@gatewright/core";
import type { ControlPlane } from "@gatewright/testing/control-plane";

/** Something that one may ask an API server to do. */
export interface Attempt {
  verb: string;
  group: string;
  /** With a subresource: `pods/eviction`. */
  resource: string;
  /** `""`: all namespaces, or a resource that has none. */
  namespace: string;
  /** `""`: objects of any name. */
  name: string;
}

/** Those of requests, and those that only authorizers know. */
const VERBS = [
  ...["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
  ...[
    "impersonate",
    "bind",
    "escalate",
    "approve",
    "sign",
    "attest",
    "use",
    "request-serviceaccounts-token-audience",
    "*",
  ],
];

interface ServedResource {
  group: string;
  resource: string;
  namespaced: boolean;
}

/** Every resource and subresource that the API server serves, and what stands for all of them. */
export async function servedResources(plane: ControlPlane): Promise<ServedResource[]> {
  const { body: groups } = await plane.request("/apis");
  const versions: string[] = groups.groups.flatMap(
    (group: { versions: { groupVersion: string }[] }) =>
      group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  );
  const found = new Map<string, ServedResource>();
  for (const path of ["/api/v1", ...versions]) {
    const { body } = await plane.request(path);
    const group = path.split("/").length === 4 ? (path.split("/")[2] ?? "") : "";
    for (const { name, namespaced } of body.resources as { name: string; namespaced: boolean }[]) {
      // RBAC knows no versions.
      found.set(`${group}/${name}`, { group, resource: name, namespaced });
    }
  }
  const wildcards = [
    { group: "*", resource: "*", namespaced: true },
    { group: "", resource: "*", namespaced: true },
    // Verbs of no object that is served.
    { group: "", resource: "users", namespaced: false },
    { group: "", resource: "groups", namespaced: false },
  ];
  return [...found.values(), ...wildcards];
}

/**
 * Every verb on every resource, in all namespaces and in each of these, and where names are given on objects of these
 * names.
 *
 * @param names - by resource: `coordination.k8s.io/leases`
 */
export function attemptsOn(
  resources: readonly ServedResource[],
  namespaces: readonly string[],
  names: ReadonlyMap<string, readonly string[]>,
): Attempt[] {
  return resources.flatMap(({ group, resource, namespaced }) =>
    VERBS.flatMap((verb) =>
      ["", ...(namespaced ? namespaces : [])].flatMap((namespace) =>
        ["", ...(names.get(`${group}/${resource}`) ?? [])].map((name) => ({
          ...{ verb, group, resource, namespace, name },
        })),
      ),
    ),
  );
}

/** As it reads in a failed test. */
export function textOf({ verb, group, resource, namespace, name }: Attempt): string {
  const what = group === "" ? resource : `${resource}.${group}`;
  return `${verb} ${what}${name && ` "${name}"`} in ${namespace || "all namespaces"}`;
}

/** Those that the API server's authorizers allow a service account, as `kubectl auth can-i --as` asks them. */
export async function allowed(
  plane: ControlPlane,
  account: { namespace: string; name: string },
  attempts: readonly Attempt[],
): Promise<Set<string>> {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`];
  const yes = new Set<string>();
  const left = [...attempts];
  const ask = async () => {
    for (let attempt = left.pop(); attempt !== undefined; attempt = left.pop()) {
      const [resource, subresource] = attempt.resource.split("/");
      const { status, text, body } = await plane.request(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {
          body: {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            spec: {
              user: `system:serviceaccount:${account.namespace}:${account.name}`,
              groups: [...groups, "system:authenticated"],
              resourceAttributes: { ...attempt, resource, ...(subresource && { subresource }) },
            },
          },
        },
      );
      if (status !== 201) throw new Error(text);
      if (body.status.allowed === true) yes.add(textOf(attempt));
    }
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  return yes;
}

/** Rules, and the one namespace where they hold, or `undefined`: everywhere. */
export interface Grant {
  namespace: string | undefined;
  rules: readonly PolicyRule[];
}

/** Those that grants come to, by the meaning that RBAC gives to their rules. */
export function granted(grants: readonly Grant[], attempts: readonly Attempt[]): Set<string> {
  const covers = (attempt: Attempt) => (grant: Grant) =>
    (grant.namespace === undefined || grant.namespace === attempt.namespace) &&
    grant.rules.some(
      ({ apiGroups, resources, verbs, resourceNames }) =>
        apiGroups[0] === attempt.group &&
        resources[0] === attempt.resource &&
        verbs.includes(attempt.verb) &&
        (resourceNames === undefined || resourceNames.includes(attempt.name)),
    );
  return new Set(attempts.filter((attempt) => grants.some(covers(attempt))).map(textOf));
}
