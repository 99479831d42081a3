import { createFakeCluster, creates, deletes, PluginTester, updates } from "@gatewright/testing";
import {
  belongsTo,
  CREATOR,
  createdBy,
  MEMBERS,
  namespace,
  OWNERS,
  roleBinding,
  UNOWNED,
} from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const bob = { user: "bob" };
const root = { user: "root", groups: ["system:masters"] };
const said = (owners: string[], members?: string[]) =>
  namespace("team-a", belongsTo(owners, members));
const made = (creator: string, owners: string[], members?: string[]) =>
  namespace("team-a", { ...belongsTo(owners, members), ...createdBy(creator) });
const bare = namespace("team-a");
const generated = { apiVersion: "v1", kind: "Namespace", metadata: { generateName: "team-" } };
const ownersOf = (text: string) => (object: { metadata: { annotations?: object } }) => {
  const found = JSON.stringify(object.metadata.annotations);
  const wanted = JSON.stringify({ [OWNERS]: text, [CREATOR]: text.slice(1, -1) });
  if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
};
const alice = '[{"kind":"User","name":"alice"}]';

PluginTester.run("a new namespace", namespaceTenancy, {
  patches: [
    { request: creates(bare), object: ownersOf(alice) },
    {
      name: "as the API server completes it",
      request: creates({ ...bare, spec: { finalizers: ["kubernetes"] } }),
      object: ownersOf(alice),
    },
    { name: "generateName", request: creates(generated), object: ownersOf(alice) },
    {
      name: "by a service account",
      request: creates(bare, { serviceAccount: "ci:deployer" }),
      object: ownersOf('[{"kind":"ServiceAccount","namespace":"ci","name":"deployer"}]'),
    },
    {
      name: "by a name of LDAP's",
      request: creates(bare, { user: 'CN="a",OU=\nb' }),
      object: ownersOf('[{"kind":"User","name":"CN=\\"a\\",OU=\\nb"}]'),
    },
  ],
  allows: [
    creates(made("alice", ["alice"])),
    { name: "with members at once", request: creates(made("alice", ["alice"], ["bob"])) },
    {
      name: "an administrator's is unowned",
      request: creates(bare, root),
      warnings: [
        'namespace "team-a" has no owner, as an administrator created it; to give it one: ' +
          `kubectl annotate namespace team-a '${OWNERS}=[{"kind":"User","name":"<who>"}]'`,
      ],
    },
    {
      name: "an administrator's, who says so",
      request: creates(namespace("team-a", { [UNOWNED]: "true" }), root),
    },
    {
      name: "an administrator's, for others",
      request: creates(made("bob", ["bob", "group:devs"]), root),
    },
    {
      name: "a controller's is unowned",
      request: creates(bare, { user: "system:kube-controller-manager" }),
    },
    {
      name: "for others, where that is configured",
      config: { ownedByOthers: [{ kind: "User", name: "portal" }] },
      request: creates(made("bob", ["bob"]), { user: "portal" }),
    },
  ],
  denies: [
    {
      request: creates(said(["bob"])),
      message: 'user "alice" may not create namespace "team-a" for other owners (bob)',
      field: `metadata.annotations[${OWNERS}]`,
    },
    {
      name: "with another",
      request: creates(said(["alice", "bob"])),
      message: /for other owners \(bob\)/,
    },
    { name: "as a group", request: creates(said(["group:alice"])), message: /\(group alice\)/ },
    {
      name: "a homoglyph",
      request: creates(said(["\u0430lice"])),
      message: /for other owners \("\\u0430lice"\)/,
    },
    {
      name: "a service account's name as a user's",
      request: creates(said(["system:serviceaccount:ci:bot"]), { serviceAccount: "ci:bot" }),
      message: /write its kind as ServiceAccount/,
      code: 422,
    },
    {
      name: "malformed",
      request: creates(namespace("team-a", { [OWNERS]: "" })),
      message: /^namespace "team-a" would belong to nobody: annotation .* it is empty$/,
      code: 422,
      reason: "Invalid",
    },
    {
      name: "malformed, by an administrator",
      request: creates(namespace("team-a", { [OWNERS]: "alice" }), root),
      message: /it is no JSON/,
    },
    {
      name: "without an owner on purpose",
      request: creates(namespace("team-a", { [UNOWNED]: "true" })),
      message: /may not create namespace "team-a" without an owner/,
    },
    {
      name: "by nobody",
      request: creates(bare, { user: { username: "" } }),
      message: 'user "" cannot own a namespace',
    },
    {
      name: "by a name that is too long",
      request: creates(bare, { user: "x".repeat(1025) }),
      message: /cannot own a namespace/,
    },
    {
      name: "by whoever does not say who he is",
      request: creates(bare, { user: "system:anonymous" }),
      message: /system:anonymous can be neither owner nor member/,
    },
    {
      name: "other keys of the prefix",
      request: creates(namespace("team-a", {}, { labels: { "tenancy.gatewright.dev/x": "y" } })),
      message: /metadata.labels\[tenancy.gatewright.dev\/x\] .* only an administrator can/,
    },
    {
      name: "guarded labels",
      request: creates(
        namespace("team-a", {}, { labels: { "pod-security.kubernetes.io/enforce": "privileged" } }),
      ),
      message: /may not set metadata.labels\[pod-security.kubernetes.io\/enforce\]/,
    },
    {
      name: "finalizers of its content",
      request: creates({ ...bare, spec: { finalizers: ["example.com/never", "kubernetes"] } }),
      message: /may not set spec.finalizers/,
    },
    {
      name: "finalizers",
      request: creates(namespace("team-a", {}, { finalizers: ["example.com/stay"] })),
      message: /may not set metadata.finalizers/,
    },
  ],
});

const change = (
  annotations: Record<string, string>,
  facts: object = {},
  before = said(["alice"], ["carol"]),
) => updates(before, namespace("team-a", annotations), facts);
const carol = { user: "carol" };
const cluster = () =>
  createFakeCluster({
    objects: [
      said(["alice"], ["carol"]),
      namespace("lost"),
      roleBinding("lost", ["alice"], { name: "gatewright-owners" }),
    ],
  });

PluginTester.run("a namespace that is changed", namespaceTenancy, {
  cluster,
  allows: [
    { name: "a further owner", request: change(belongsTo(["alice", "bob"], ["carol"])) },
    { name: "another owner, and none else", request: change(belongsTo(["bob"])) },
    { name: "a further member", request: change(belongsTo(["alice"], ["carol", "bob"])) },
    { name: "no members", request: change(belongsTo(["alice"])) },
    {
      name: "labels, by a member",
      request: updates(
        said(["alice"], ["carol"]),
        namespace("team-a", belongsTo(["alice"], ["carol"]), { labels: { a: "b" } }),
        carol,
      ),
    },
    {
      name: "a member less, whom a RoleBinding of theirs still names",
      cluster: () =>
        createFakeCluster({
          objects: [
            said(["alice"], ["bob", "carol"]),
            roleBinding("team-a", ["carol", "bob", "group:bob"], { name: "readers" }),
            roleBinding("team-a", ["group:bob"], { name: "a-group" }),
            roleBinding("team-a", ["bob"], { name: "gatewright-members" }),
          ],
        }),
      request: change(belongsTo(["alice"], ["carol"]), {}, said(["alice"], ["bob", "carol"])),
      warnings: ["RoleBinding readers still names bob, who can read by it"],
    },
    deletes(said(["alice"])),
    deletes(said(["alice"]), root),
    { name: "by an administrator", request: change(belongsTo(["bob"]), root) },
    { name: "released by an administrator", request: change({ [UNOWNED]: "true" }, root) },
    {
      name: "repaired by an administrator",
      request: change(belongsTo(["alice"]), root, namespace("team-a", { [OWNERS]: "?" })),
    },
    {
      name: "finalized by the namespace controller",
      request: updates(
        { ...said(["alice"]), spec: { finalizers: ["kubernetes"] } },
        { ...said(["alice"]), spec: {} },
        { subResource: "finalize", serviceAccount: "kube-system:namespace-controller" },
      ),
    },
    { name: "nobody's, by anybody", request: updates(bare, namespace("team-a", { a: "b" }), bob) },
    {
      name: "still malformed, by an administrator",
      request: updates(
        namespace("team-a", { [OWNERS]: "?" }),
        namespace("team-a", { [OWNERS]: "?", a: "b" }),
        root,
      ),
      warnings: [/^namespace "team-a" is closed to all but administrators: annotation/],
      auditAnnotations: { ownership: /^malformed: / },
    },
    {
      name: "missing, by an administrator",
      request: updates(namespace("lost"), namespace("lost", { a: "b" }), root),
      warnings: [/^namespace "lost" is closed to all but administrators: it had owners/],
      auditAnnotations: { ownership: /^missing: / },
    },
  ],
  denies: [
    ...["", "status", "finalize"].map((subResource) => ({
      name: `by a stranger, namespaces/${subResource}`,
      request: change(belongsTo(["bob"]), { ...bob, subResource }),
      message: 'user "bob" is not a member of namespace "team-a" (owners: alice)',
    })),
    {
      name: "by a member",
      request: change(belongsTo(["alice", "carol"]), carol),
      message:
        'user "carol" is a member of namespace "team-a", and only its owners change whom it belongs to (owners: alice)',
    },
    {
      name: "members, by a member",
      request: change(belongsTo(["alice"], ["carol", "bob"]), { ...carol, subResource: "status" }),
      message: /only its owners change/,
    },
    {
      name: "by its own account",
      request: change(belongsTo(["alice", "bob"]), { serviceAccount: "team-a:default" }),
      message: /only its owners change/,
    },
    {
      name: "by a controller",
      request: change(belongsTo(["bob"]), { serviceAccount: "kube-system:namespace-controller" }),
      message: /only an administrator can/,
    },
    { name: "the last owner leaves", request: change({}), message: /the last one cannot leave/ },
    {
      name: "an empty list",
      request: change({ [OWNERS]: "[]" }),
      message: /the last one cannot leave/,
    },
    {
      name: "an empty text",
      request: change({ [OWNERS]: "" }),
      message: /would belong to nobody: .* it is empty/,
    },
    {
      name: "malformed members",
      request: change({ ...belongsTo(["alice"]), [MEMBERS]: "bob" }),
      message: /would belong to nobody: .*members is malformed: it is no JSON/,
    },
    {
      name: "members that are everybody",
      request: change(belongsTo(["alice"], ["group:system:authenticated"])),
      message: "group system:authenticated can be neither owner nor member of a namespace",
      field: `metadata.annotations[${MEMBERS}]`,
    },
    {
      name: "released by its owner",
      request: change({ [UNOWNED]: "true" }),
      message: /\[tenancy.gatewright.dev\/unowned\] .* only an administrator can/,
    },
    {
      name: "malformed, by an administrator",
      request: change({ [OWNERS]: "alice" }, root),
      message: /it is no JSON/,
    },
    {
      name: "a claim of what is nobody's",
      request: change(belongsTo(["bob"]), bob, bare),
      message:
        /\[tenancy.gatewright.dev\/owners\] of namespace "team-a": only an administrator can/,
    },
    {
      name: "an empty claim",
      request: change({ [OWNERS]: "" }, bob, bare),
      message: /only an administrator can/,
    },
    {
      name: "owner references",
      request: updates(
        said(["alice"]),
        namespace("team-a", belongsTo(["alice"]), { ownerReferences: [{ name: "x" }] }),
      ),
      message: /may not set metadata.ownerReferences of namespace "team-a"/,
    },
    {
      name: "the finalizers of its end",
      request: updates(
        { ...said(["alice"]), spec: { finalizers: ["kubernetes"] } },
        { ...said(["alice"]), spec: {} },
        { subResource: "finalize" },
      ),
      message: /may not set spec.finalizers/,
    },
    {
      name: "a guarded label is removed",
      request: updates(
        namespace("team-a", belongsTo(["alice"]), { labels: { "quota.gatewright.dev/plan": "s" } }),
        said(["alice"]),
      ),
      message: /may not set metadata.labels\[quota.gatewright.dev\/plan\]/,
    },
    {
      name: "deleted by a member",
      request: deletes(said(["alice"], ["carol"]), carol),
      message: /is a member of namespace "team-a", and only its owners delete it/,
    },
    {
      name: "deleted by its own account",
      request: deletes(said(["alice"]), { serviceAccount: "team-a:default" }),
      message: /only its owners delete it/,
    },
    {
      name: "deleted by a stranger",
      request: deletes(said(["alice"]), bob),
      message: /is not a member/,
    },
    {
      name: "malformed, deleted by who may have owned it",
      request: deletes(namespace("team-a", { [OWNERS]: "alice" })),
      message: /is closed to all but administrators/,
      auditAnnotations: { ownership: /^malformed/ },
    },
    {
      name: "claimed again after its owners were lost",
      request: updates(namespace("lost"), namespace("lost", belongsTo(["alice"]))),
      message: /is closed to all but administrators: it had owners/,
      auditAnnotations: { ownership: /^missing/ },
    },
  ],
});
