import { createFakeCluster, creates, PluginTester, updates } from "@gatewright/testing";
import { belongsTo, createdBy, namespace } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const alice = belongsTo(["alice"]);
const root = { user: "root", groups: ["system:masters"] };
const config = {
  administrators: [
    { kind: "Group", name: "system:masters" },
    { kind: "ServiceAccount", namespace: "ops", name: "break-glass" },
    { kind: "Group", name: "system:serviceaccounts:operations" },
  ],
  ownedByOthers: [
    { kind: "ServiceAccount", namespace: "portal", name: "provisioner" },
    { kind: "User", name: "provisioner" },
  ],
  controllers: ["system:serviceaccount:flux-system:kustomize-controller", "no-account"],
  systemControllers: ["system:serviceaccount:cloud:route-controller"],
  reservationsNamespace: "reservations",
  reservedNames: ["infra", "shared-*"],
} as const;
const reserved = (name: string) =>
  `user "alice" may not give namespace "${name}" to anybody: its name is reserved, and only an administrator can`;

PluginTester.run("names that are not for tenants", namespaceTenancy, {
  cluster: () =>
    createFakeCluster({ username: "system:serviceaccount:gatewright-home:gatewright" }),
  patches: [
    ...["team-a", "infra-team", "kubernetes", "shared", "no-account", "my-kube-system"].map(
      (name) => ({ config, request: creates(namespace(name)), object: () => {} }),
    ),
    {
      name: "where the server is no account",
      cluster: () => createFakeCluster({ username: "gatewright" }),
      request: creates(namespace("gatewright-home")),
      object: () => {},
    },
  ],
  allows: [
    ...["kube-system", "flux-system", "infra"].map((name) => ({
      name: `${name}, by an administrator, for somebody`,
      config,
      request: creates(namespace(name, { ...alice, ...createdBy("alice") }), root),
    })),
    {
      name: "nobody's, by a controller",
      config,
      request: creates(namespace("shared-cache"), {
        serviceAccount: "flux-system:kustomize-controller",
      }),
    },
    {
      name: "one that an administrator gave away: its labels",
      config,
      request: updates(
        namespace("infra", alice),
        namespace("infra", alice, { labels: { a: "b" } }),
      ),
    },
    {
      name: "one that an administrator gave away: a member less",
      config,
      request: updates(
        namespace("infra", belongsTo(["alice"], ["bob"])),
        namespace("infra", alice),
      ),
    },
  ],
  denies: [
    ...[
      "default",
      "kube-system",
      "kube-alice",
      "gatewright-home",
      "flux-system",
      "cloud",
      "ops",
      "operations",
      "portal",
      "reservations",
      "infra",
      "shared-cache",
    ].map((name) => ({
      config,
      request: creates(namespace(name)),
      message: reserved(name),
    })),
    {
      name: "by a dry run",
      config,
      request: creates(namespace("ops"), { dryRun: true }),
      message: reserved("ops"),
    },
    {
      name: "for others, where that is configured",
      config,
      request: creates(namespace("flux-system", alice), { user: "provisioner" }),
      message: /^user "provisioner" may not give namespace "flux-system" to anybody/,
    },
    ...[belongsTo(["alice", "bob"]), belongsTo(["alice"], ["bob"])].map((annotations) => ({
      name: "one that an administrator gave away: one more",
      config,
      request: updates(namespace("infra", alice), namespace("infra", annotations)),
      message: reserved("infra"),
    })),
  ],
  rejectsConfig: [
    {
      config: { reservedNames: ["*-system"] },
      message: /must match pattern/,
      pointer: "/reservedNames/0",
    },
    {
      config: { reservedNames: ["Infra"] },
      message: /must match pattern/,
      pointer: "/reservedNames/0",
    },
  ],
});
