import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane, waitUntil } from "@gatewright/testing/control-plane";
import { after } from "mocha";

/** Where the server's account and its Leases are. */
export const HOME = "gatewright-system";
const ACCOUNT = `system:serviceaccount:${HOME}:gatewright`;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** Names that a header cannot carry, or that look like another's: as users of the token file. */
export const ODD_NAMES = {
  commas: "CN=alice,OU=devs,O=example",
  quotes: 'ali"ce',
  newline: "ali\nce",
  "a trailing space": "alice ",
  "other case": "Alice",
  NFC: "caf\u00e9",
  NFD: "cafe\u0301",
  "a homoglyph": "\u0430lice",
  "the text of a group": "leads",
} as const;

/** What all suites share: a control plane of their own, for the webhook sees every request. */
export interface TenancyPlane {
  readonly plane: ControlPlane;
  readonly folder: string;
  /** The server's own login. */
  readonly kubeconfig: string;
}

let starting: Promise<TenancyPlane> | undefined;

/** Starts it for whoever asks first. */
export function tenancyPlane(): Promise<TenancyPlane> {
  starting ??= start();
  return starting;
}

after("stop the control plane of tenancy", async () => {
  const started = await starting;
  await started?.plane.stop();
  if (started !== undefined) await rm(started.folder, { recursive: true, force: true });
});

async function start(): Promise<TenancyPlane> {
  const folder = await mkdtemp(join(tmpdir(), "gatewright-tenancy-"));
  const odd = Object.values(ODD_NAMES).map((name) => [name, ["generous"]]);
  const plane = await startControlPlane({
    users: {
      // With RBAC for everything, and administrators of nothing.
      ...Object.fromEntries(odd),
      ann: ["generous"],
      ben: ["generous"],
      cem: ["generous"],
      lea: ["generous", "leads"],
      max: ["generous"],
      mia: ["generous"],
      moe: ["generous"],
      "": ["generous"],
      // With what the README gives to tenants.
      alice: ["tenants"],
      bob: ["tenants"],
      [ACCOUNT]: ["system:serviceaccounts", `system:serviceaccounts:${HOME}`],
    },
  });
  await plane.request("/api/v1/namespaces", { body: { metadata: { name: HOME } } });
  await bindGroup(plane, "generous", "cluster-admin");
  // A group that is called like a user.
  await bindGroup(plane, "ann", "cluster-admin");
  await untilAllowed(plane, "ann");
  return { plane, folder, kubeconfig: plane.kubeconfigFor(ACCOUNT) };
}

/** Gives a ClusterRole to a group, or to the server. */
export async function bindGroup(plane: ControlPlane, name: string, role: string): Promise<void> {
  const apiGroup = "rbac.authorization.k8s.io";
  const subject =
    name === HOME
      ? { kind: "ServiceAccount", namespace: HOME, name: "gatewright" }
      : { apiGroup, kind: "Group", name };
  const { status, text } = await plane.request(`${RBAC}/clusterrolebindings`, {
    body: {
      metadata: { name: `${name}-${role}` },
      subjects: [subject],
      roleRef: { apiGroup, kind: "ClusterRole", name: role },
    },
  });
  if (status !== 201 && status !== 409) throw new Error(text);
}

/** RBAC goes by caches, too. */
export async function untilAllowed(plane: ControlPlane, user: string): Promise<void> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { verb: "create", resource: "namespaces" } },
  };
  await waitUntil(
    async () => {
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      return (await plane.request(path, { user, body: review })).body.status.allowed === true;
    },
    { what: `RBAC for ${user}` },
  );
}

/** A kubeconfig with a token, such as a service account's. */
export async function kubeconfigWith({ plane, folder }: TenancyPlane, token: string) {
  const file = join(folder, `${token.slice(-12).replaceAll(/\W/g, "_")}.yaml`);
  const cluster = { server: plane.url, "certificate-authority": plane.caFile };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
