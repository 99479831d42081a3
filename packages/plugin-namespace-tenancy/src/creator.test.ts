import { creates, PluginTester, updates } from "@gatewright/testing";
import { belongsTo, CREATOR, createdBy, namespace, UNOWNED } from "../test/objects.ts";
import namespaceTenancy from "./index.ts";

const root = { user: "root", groups: ["system:masters"] };
const portal = { user: "portal" };
const config = { ownedByOthers: [{ kind: "User", name: "portal" }] } as const;
const team = (annotations: Record<string, string>) => namespace("team-a", annotations);
const alices = belongsTo(["alice"]);
const malformed = (text: string) => team({ ...alices, [CREATOR]: text });
const counted = (creator: string) => (object: { metadata: { annotations?: object } }) => {
  const found = JSON.stringify(object.metadata.annotations);
  const wanted = JSON.stringify(createdBy(creator)).slice(1, -1);
  if (!found.includes(wanted)) throw new Error(`${found} without ${wanted}`);
};

PluginTester.run("the creator of a new namespace", namespaceTenancy, {
  patches: [
    { request: creates(team({})), object: counted("alice") },
    {
      name: "who says already that he owns it",
      request: creates(team(alices)),
      object: counted("alice"),
    },
    {
      name: "is the first owner, where it is provisioned",
      config,
      request: creates(team(belongsTo(["group:devs", "bob"])), portal),
      object: counted("group:devs"),
    },
    {
      name: "is who provisions, where he has it himself",
      config,
      request: creates(team({}), portal),
      object: counted("portal"),
    },
    {
      name: "is the first owner, where an administrator gives it",
      request: creates(team(belongsTo(["bob"])), root),
      object: counted("bob"),
    },
  ],
  allows: [
    {
      name: "whom an administrator names",
      request: creates(team({ ...alices, ...createdBy("group:devs") }), root),
    },
    {
      name: "written by nobody, for an administrator keeps it",
      request: creates(team({}), root),
      warnings: [/^namespace "team-a" has no owner, as an administrator created it/],
    },
  ],
  denies: [
    {
      name: "is another than he says",
      request: creates(team({ ...alices, ...createdBy("bob") })),
      message: 'namespace "team-a" counts for alice, not for bob',
      field: `metadata.annotations[${CREATOR}]`,
    },
    {
      name: "is another than he says, and that without owners",
      request: creates(team(createdBy("invented"))),
      message: /counts for alice, not for invented$/,
    },
    {
      name: "is a group of his name",
      request: creates(team({ ...alices, ...createdBy("group:alice") })),
      message: /counts for alice, not for group alice$/,
    },
    {
      name: "is another owner than the first, where it is provisioned",
      config,
      request: creates(team({ ...belongsTo(["bob", "carol"]), ...createdBy("carol") }), portal),
      message: /counts for bob, not for carol$/,
    },
    ...[
      "",
      "alice",
      "[]",
      '["alice"]',
      '{"kind":"User","name":"alice"},{"kind":"User","name":"b"}',
    ].map((text) => ({
      name: `malformed: ${text}`,
      request: creates(malformed(text)),
      message: /^namespace "team-a" would have no creator: annotation .* is malformed: /,
      code: 422,
      reason: "Invalid",
    })),
    {
      name: "malformed, by an administrator",
      request: creates(malformed("?"), root),
      message: /is malformed: it is no JSON$/,
      code: 422,
    },
  ],
});

const before = team({ ...belongsTo(["alice", "bob"]), ...createdBy("alice") });
const after = (annotations: Record<string, string>) =>
  team({ ...belongsTo(["alice", "bob"]), ...annotations });
const administratorsOnly =
  /may not set metadata.annotations\[tenancy.gatewright.dev\/creator\] .* only an administrator can$/;

PluginTester.run("the creator of a namespace, later", namespaceTenancy, {
  allows: [
    {
      name: "stays when he is no owner",
      request: updates(before, team({ ...belongsTo(["bob"]), ...createdBy("alice") })),
    },
    {
      name: "changed by an administrator",
      request: updates(before, after(createdBy("bob")), root),
    },
    { name: "removed by an administrator", request: updates(before, after({}), root) },
    {
      name: "stays when an administrator releases it",
      request: updates(before, team({ ...createdBy("alice"), [UNOWNED]: "true" }), root),
    },
  ],
  denies: [
    ...["", "status", "finalize"].flatMap((subResource) =>
      ["alice", "bob"].flatMap((user) =>
        [createdBy("invented"), createdBy("bob"), { [CREATOR]: "" }, {}].map((annotations) => ({
          name: `by ${user}, namespaces/${subResource}: ${JSON.stringify(annotations)}`,
          request: updates(before, after(annotations), { user, subResource }),
          message: administratorsOnly,
        })),
      ),
    ),
    {
      name: "of one that has none, by its owner",
      request: updates(after({}), after(createdBy("bob"))),
      message: administratorsOnly,
    },
    {
      name: "malformed, by an administrator",
      request: updates(before, after({ [CREATOR]: "alice" }), root),
      message: /would have no creator: .* is malformed: it is no JSON$/,
      code: 422,
    },
  ],
});
